import Karmada
import Manifest

/// The form over an override policy as lines: its rows, and beside them what is wrong and what one
/// cluster gets.
struct FormLines {
  let page: FormPage
  let width: Int

  // MARK: Rows

  /// Those on the screen, the one under the cursor as a selection.
  func rows(height: Int) -> [(line: Line, isSelected: Bool)] {
    if let walk = page.walk { return GuideLines(walk: walk, width: width).rows(height: height) }
    if page.isLoading { return [([Span("reading the policy …", .statusLoading)], false)] }
    if let failure = page.draft.failure {
      return [
        ([Span("the text cannot be read, so there is no form:", .bad)], false),
        ([Span("\(failure)", .text)], false), ([], false),
        ([Span("E", .key), Span(" goes on in your editor; nothing is lost")], false),
      ]
    }
    let end = min(page.rows.count, page.top + max(1, height))
    guard page.top < end else { return [] }
    return (page.top..<end).map { (line(page.rows[$0]), $0 == page.cursor) }
  }

  private func line(_ row: OverrideForm.Row) -> Line {
    let indent = String(repeating: "  ", count: row.depth)
    var line: Line = []
    switch page.problem(at: row.pointer)?.severity {
    case .blocker: line.append(Span("! ", .bad))
    case .warning: line.append(Span("! ", .warning))
    case .note: line.append(Span("  ", .note))
    case nil: line.append(Span("  "))
    }
    switch row.kind {
    case .group:
      line += [Span(indent + row.title, .title), Span("  \(row.summary)", .muted)]
    case .field:
      line += [
        Span(indent + row.title + ": ", .label), Span(Self.text(row), Self.role(of: row.value)),
      ]
    case .addition: line.append(Span("\(indent)+ \(row.title)", .muted))
    case .unknown:
      line += [Span("\(indent)\(row.title): ", .bad), Span(row.summary)]
    }
    return line
  }

  /// Where nothing but a text can stand, its quotes say nothing.
  private static func text(_ row: OverrideForm.Row) -> String {
    switch (row.field.shape, row.value) {
    case (.text, .string(let text)?), (.choice, .string(let text)?):
      TypedValue.text(.string(text)) == text ? text : row.summary
    default: row.summary
    }
  }

  private static func role(of value: JSONValue?) -> Role {
    switch value {
    case .string: .yamlString
    case .int, .double, .number: .yamlNumber
    case .bool: .yamlBool
    case .null, .array, .object, nil: .text
    }
  }

  // MARK: Beside them

  /// What matters most comes first; where there is little room, what explains comes last.
  func beside(
    _ keys: (save: String, cluster: String, object: String), height: Int
  ) -> [Line] {
    let isLow = height < 12
    var lines: [Line] = []
    func say(_ text: String, _ role: Role) {
      lines += TextWrap.wrap([Span(text, role)], width: width)
    }
    if let complaint = page.complaint { say(complaint, .bad) }
    if let staleness = page.staleness { say(staleness, .warning) }
    if let row = page.row, !page.isLoading {
      if let problem = page.problem(at: row.pointer) {
        say(problem.sentence, problem.severity == .blocker ? .bad : .warning)
      }
      if !isLow { say("\(row.field.name), \(row.field.typeTitle): \(row.field.help)", .muted) }
    }
    let refusals = page.problems.filter(\.isRefusal)
    if let first = refusals.first, first.pointer != page.row?.pointer {
      say("The server would refuse this: \(first.description)", .bad)
    }
    lines += reach
    if !isLow { lines += dangers + touched + [[]] }
    if let glance = page.glance {
      lines += self.glance(glance, keys)
    } else if page.sights != nil {
      say("It selects no object that is propagated.", .statusEmpty)
    } else if page.complaint == nil {
      say("reading the fleet …", .statusLoading)
    }
    if isLow { lines += dangers + touched }
    return lines
  }

  private var reach: [Line] {
    page.reach.map { TextWrap.wrap([Span($0.sentence, .emphasis)], width: width) } ?? []
  }

  private var dangers: [Line] {
    let dangers = page.reach?.hazards.filter { $0.severity > .note } ?? []
    if dangers.isEmpty { return [] }
    let names = Set(dangers.map(\.kind.rawValue)).sorted().joined(separator: " ")
    return TextWrap.wrap([Span("! \(names)", .warning)], width: width)
  }

  /// Which objects become something else, and where.
  private var touched: [Line] {
    let changes = page.reach?.changes ?? []
    return changes.prefix(Self.reachLimit).map(touched)
      + (changes.count > Self.reachLimit
        ? [[Span("  and \(changes.count - Self.reachLimit) more objects", .muted)]] : [])
  }

  /// More than this is for the page that saves.
  private static let reachLimit = 4

  /// "  ConfigMap shop/settings: member1, member3".
  private func touched(_ change: FormPage.Reach.Change) -> Line {
    let objects = page.sights?.fleet.objects ?? []
    guard objects.indices.contains(change.object) else { return [] }
    let names = change.clusters.prefix(6).joined(separator: ", ")
    let more = change.clusters.count > 6 ? " and \(change.clusters.count - 6) more" : ""
    return [
      Span("  \(objects[change.object].title): ", .label), Span(names + more, .muted),
    ]
  }

  private func glance(
    _ glance: DraftGlance, _ keys: (save: String, cluster: String, object: String)
  ) -> [Line] {
    var lines = TextWrap.wrap(
      [
        Span(glance.title, .title), Span(" on "), Span(glance.cluster, .label),
        Span("  \(keys.cluster) cluster  \(keys.object) object", .muted),
      ], width: width)
    switch (glance.before, glance.after) {
    case (_, .failure(let failure)):
      lines += TextWrap.wrap([Span("Karmada fails: \(failure.what)", .bad)], width: width)
    case (.failure, .manifest(let manifest)):
      lines.append([Span("Karmada failed on it; now it is sent:", .good)])
      lines += YAMLLines.lines(of: Redaction.redacted(manifest), foldingManagedFields: true)
    case (.manifest(let before), .manifest(let after)):
      let (a, b) = Redaction.pair(before, after)
      if a == b {
        lines.append([Span("as it is now:", .muted)])
        lines += YAMLLines.lines(of: b, foldingManagedFields: true)
      } else {
        lines += DiffLines.lines(
          ManifestDiff(from: a, to: b), width: width, sideBySide: false)
      }
    }
    return lines
  }
}

extension AppState {
  /// What stands in the form's list, on the rows from its top on.
  public func formRows(height: Int) -> [(line: Line, isSelected: Bool)] {
    guard let page = topForm else { return [] }
    return FormLines(page: page, width: layout.textWidth).rows(height: height)
  }

  public func formDetail(width: Int, height: Int) -> [Line] {
    guard let page = topForm else { return [] }
    func name(_ id: CommandID) -> String { keymap.keyName(of: id) ?? ":\(id.rawValue)" }
    if let walk = page.walk {
      return GuideLines(walk: walk, width: max(10, width)).beside(
        (
          change: name(.change), remove: name(.remove), add: name(.additions), back: name(.back)
        ))
    }
    return FormLines(page: page, width: max(10, width)).beside(
      (save: name(.save), cluster: name(.nextCluster), object: name(.nextObject)),
      height: height)
  }

  public var formTitle: Line {
    guard let page = topForm else { return [] }
    let state =
      page.isNew && !page.isLoading ? "new" : page.draft.isChanged ? "changed" : "unchanged"
    return [
      Span("Edit  ", .muted), Span("\(page.policy.kind) \(page.policy.key)", .title),
      Span("  \(state)", page.draft.isChanged ? .warning : .muted),
    ]
  }

  /// The form that is drawn: the topmost page, whatever is asked over it.
  private var topForm: FormPage? { form }
}
