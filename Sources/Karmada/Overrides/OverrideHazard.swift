import Manifest

/// Something about an override that an operator should know before trusting it.
public struct OverrideHazard: Hashable, Sendable {
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    case fieldEmptied = "field-emptied"
    case targetMissing = "target-missing"
    case typeChanged = "type-changed"
    case yamlRewritten = "yaml-rewritten"
    case ignoredTopLevel = "ignored-top-level"
    case noTargetMatches = "no-target-matches"
    case laterRuleWins = "later-rule-wins"
    case invalidImage = "invalid-image"
    case karmadaPanics = "karmada-panics"
  }

  public enum Severity: String, Hashable, Sendable, Comparable {
    case note, warning, blocker
    private var rank: Int { self == .note ? 0 : self == .warning ? 1 : 2 }
    public static func < (a: Severity, b: Severity) -> Bool { a.rank < b.rank }
  }

  public var kind: Kind
  public var severity: Severity
  public var place: OverridePlace
  /// Where in the manifest; nil when it concerns the policy alone.
  public var path: JSONPointer?
  /// One sentence for an operator.
  public var sentence: String

  public init(
    _ kind: Kind, _ severity: Severity, _ place: OverridePlace, path: JSONPointer? = nil,
    _ sentence: String
  ) {
    self.kind = kind
    self.severity = severity
    self.place = place
    self.path = path
    self.sentence = sentence
  }
}
