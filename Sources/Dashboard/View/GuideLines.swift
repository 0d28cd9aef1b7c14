import Karmada
import Manifest

/// The walk to a fieldOverrider as lines: what there is to choose, and beside it what would come
/// of it.
struct GuideLines {
  let walk: GuideWalk
  let width: Int

  private var guide: FieldOverrideGuide { walk.guide }

  func rows(height: Int) -> [(line: Line, isSelected: Bool)] {
    let choices = guide.choices
    if guide.step == .value { return chosen.map { ($0, false) } }
    guard !choices.isEmpty else { return [([Span("  " + nothing, .statusEmpty)], false)] }
    let end = min(choices.count, walk.top + max(1, height))
    guard walk.top < end else { return [] }
    let widest = choices.map { Self.columns($0.title) }.max() ?? 0
    let edge = min(widest, max(12, width / 2))
    return (walk.top..<end).map { at in
      let choice = choices[at]
      let gap = max(2, edge + 2 - Self.columns(choice.title))
      let line: Line = [
        Span("  " + choice.title, choice.leadsOn ? .title : .label),
        Span(String(repeating: " ", count: gap)),
        Span(choice.detail + (choice.leadsOn ? " ›" : ""), .muted),
      ]
      return (line, at == walk.cursor)
    }
  }

  private static func columns(_ text: String) -> Int {
    text.reduce(0) { $0 + TextWidth.columns(of: $1) }
  }

  private var nothing: String {
    switch guide.step {
    case .object: "the policy selects no object that is propagated"
    case .field: "no field of this object holds a YAML or JSON document"
    case .place, .value: "there is nothing in it; + adds something"
    }
  }

  private var chosen: [Line] {
    func line(_ label: String, _ text: String, _ role: Role) -> Line {
      [Span("  " + label.padding(to: 11), .label), Span(text, role)]
    }
    var lines = [
      line("field", guide.fieldPath.description, .value),
      line("place", guide.subPath.description, .value),
      line("operator", guide.operator, .value),
    ]
    if let present = guide.presentWords { lines.append(line("now", present, .diffRemoved)) }
    if guide.operator != "remove" { lines.append(line("then", guide.valueWords, .diffAdded)) }
    return lines
  }

  // MARK: Beside them

  func beside(_ keys: (change: String, remove: String, add: String, back: String)) -> [Line] {
    var lines: [Line] = []
    func say(_ text: String, _ role: Role) {
      lines += TextWrap.wrap([Span(text, role)], width: width)
    }
    say("For rule \(walk.rule + 1): \(question)", .emphasis)
    if !guide.path.isEmpty { say(guide.path, .label) }
    if let change = guide.typeChange { say("! \(change)", .warning) }
    if guide.step == .value, guide.operation == nil {
      say("! null is no value to Karmada's webhook: remove it instead", .bad)
    }
    // Where a value is typed its own line tells the keys.
    if guide.step != .value || guide.operator == "remove" {
      lines.append([
        Span(keys.change, .key), Span(guide.step == .value ? " takes it  " : " goes in  ", .muted),
        Span(keys.back, .key), Span(" back", .muted),
      ])
    }
    if guide.step == .place {
      lines.append([
        Span(keys.remove, .key), Span(" has it removed  ", .muted), Span(keys.add, .key),
        Span(" adds a key here", .muted),
      ])
    }
    lines.append([])
    lines += document
    return lines
  }

  private var question: String {
    switch guide.step {
    case .object: "which object holds the document?"
    case .field: "which of its fields?"
    case .place: "which value in it?"
    case .value: guide.operator == "remove" ? "it is removed." : "what is to stand there?"
    }
  }

  /// The document as it is, and once there is something to do, as it would become.
  private var document: [Line] {
    guard let text = guide.object?[guide.fieldPath]?.string, guide.document != nil else {
      return []
    }
    guard let result = guide.result else {
      return text.split(separator: "\n", omittingEmptySubsequences: false).prefix(200).map {
        [Span(String($0), .diffContext)]
      }
    }
    if result == text { return [[Span("the document stays as it is", .muted)]] }
    return DiffLines.lines(
      ManifestDiff(from: .string(text), to: .string(result)), width: width, sideBySide: false)
  }
}

extension String {
  fileprivate func padding(to width: Int) -> String {
    count >= width ? self + " " : self + String(repeating: " ", count: width - count)
  }
}
