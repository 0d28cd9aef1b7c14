import Karmada
import Manifest

/// The form over an override policy as lines: its rows, and beside them what is wrong and what one
/// cluster gets.
struct FormLines {
  /// What the keys are called that it speaks of.
  struct Keys {
    var cluster: String
    var object: String
    var editor: String
    var takeBack: String
  }

  let page: FormPage
  let width: Int
  let keys: Keys

  // MARK: Rows

  /// Those on the screen, the one under the cursor as a selection.
  func rows(height: Int) -> [(line: Line, isSelected: Bool)] {
    if let walk = page.walk { return GuideLines(walk: walk, width: width).rows(height: height) }
    if page.isLoading { return [([Span("reading the policy …", .statusLoading)], false)] }
    if let failure = page.draft.failure {
      return unreadable(failure, height: height).map { ($0, false) }
    }
    let end = min(page.rows.count, page.top + max(1, height))
    guard page.top < end else { return [] }
    return (page.top..<end).map { (line(page.rows[$0]), $0 == page.cursor) }
  }

  /// The text around the place where it cannot be read.
  private func unreadable(_ failure: YAML.Failure, height: Int) -> [Line] {
    var lines: [Line] = [[Span("The text cannot be read, so there is no form:", .bad)]]
    lines += TextWrap.wrap([Span("\(failure)", .text)], width: width)
    var keys: Line = [Span(self.keys.editor, .key), Span(" goes on in your editor")]
    if page.draft.canUndo {
      keys += [Span("  "), Span(self.keys.takeBack, .key), Span(" takes it back")]
    }
    lines += [keys + [Span("  Nothing is lost.")], []]
    // A carriage return and a line feed are one Character, and no "\n".
    let text = page.draft.text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false)
      .map { Substring($0) }
    let at = min(max(0, failure.line - 1), text.count - 1)
    let room = max(1, height - lines.count)
    let first = max(0, at - (room - 1) / 2)
    let edge = String(text.count).count
    for i in first..<min(text.count, first + room) {
      let number = String(i + 1)
      lines.append([
        Span(i == at ? "> " : "  ", .bad),
        Span(String(repeating: " ", count: edge - number.count) + number + "  ", .muted),
        Span(String(text[i]), i == at ? .emphasis : .text),
      ])
    }
    return lines
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
  func beside(height: Int) -> [Line] {
    let isLow = height < 12
    var lines: [Line] = []
    func say(_ text: String, _ role: Role) {
      lines += TextWrap.wrap([Span(text, role)], width: width)
    }
    if let complaint = page.complaint { say(complaint, .bad) }
    if let staleness = page.staleness { say(staleness, .warning) }
    if page.draft.failure != nil {
      say("What it does can be told once its text can be read.", .muted)
      return lines
    }
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
    // Where there is room for one of them only, what was just changed goes before what was known.
    let isDifferenceFirst = isLow && page.glance?.isChanged == true
    if !isDifferenceFirst { lines += dangers }
    if !isLow { lines += touched + [[]] }
    if let glance = page.glance {
      lines += self.glance(glance)
    } else if page.sights != nil {
      say("It selects no object that is propagated.", .statusEmpty)
    } else if page.complaint == nil {
      say("reading the fleet …", .statusLoading)
    }
    if isDifferenceFirst { lines += dangers }
    if isLow { lines += touched }
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

  private func glance(_ glance: DraftGlance) -> [Line] {
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
    formLines(width: layout.textWidth)?.rows(height: height) ?? []
  }

  public func formDetail(width: Int, height: Int) -> [Line] {
    let width = max(10, width)
    if let walk = form?.walk {
      return GuideLines(walk: walk, width: width).beside(
        (
          change: keyName(.change), remove: keyName(.remove), add: keyName(.additions),
          back: keyName(.back)
        ))
    }
    return formLines(width: width)?.beside(height: height) ?? []
  }

  private func formLines(width: Int) -> FormLines? {
    form.map { page in
      FormLines(
        page: page, width: width,
        keys: FormLines.Keys(
          cluster: keyName(.nextCluster), object: keyName(.nextObject), editor: keyName(.editor),
          takeBack: keyName(.takeBack)))
    }
  }

  private func keyName(_ id: CommandID) -> String {
    keymap.keyName(of: id) ?? ":\(id.rawValue)"
  }

  public var formTitle: Line {
    guard let page = form else { return [] }
    let state =
      page.isNew && !page.isLoading ? "new" : page.draft.isChanged ? "changed" : "unchanged"
    return [
      Span("Edit  ", .muted), Span("\(page.policy.kind) \(page.policy.key)", .title),
      Span("  \(state)", page.draft.isChanged ? .warning : .muted),
    ]
  }

  /// What is told beside or below the form.
  public var formDetailTitle: String {
    form?.walk == nil ? "What it does" : "Into a document"
  }
}
