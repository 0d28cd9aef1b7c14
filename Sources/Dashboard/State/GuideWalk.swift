import Karmada

/// A walk into a document that stands in a field of an object, to the value that a rule is to
/// change there.
public struct GuideWalk: Sendable {
  public internal(set) var guide: FieldOverrideGuide
  /// The rule that the fieldOverrider goes to.
  public let rule: Int
  public internal(set) var cursor = 0
  public internal(set) var top = 0

  init(_ guide: FieldOverrideGuide, rule: Int) {
    self.guide = guide
    self.rule = rule
  }

  public var choice: FieldOverrideGuide.Choice? {
    let choices = guide.choices
    return choices.indices.contains(cursor) ? choices[cursor] : nil
  }

  mutating func move(by step: Int, height: Int) {
    let (target, overflow) = cursor.addingReportingOverflow(step)
    let last = max(0, guide.choices.count - 1)
    cursor = overflow ? (step < 0 ? 0 : last) : min(last, max(0, target))
    let height = max(1, height)
    top = min(top, cursor)
    if cursor >= top + height { top = cursor - height + 1 }
  }

  /// Another list of choices: from its first.
  mutating func restart() { (cursor, top) = (0, 0) }
}
