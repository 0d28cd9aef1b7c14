import Manifest

/// Something that is wrong with a draft, and where.
public struct OverrideProblem: Hashable, Sendable {
  public enum Source: String, Hashable, Sendable {
    /// The text is not YAML, or not one document.
    case yaml
    /// The custom resource's schema refuses it (422; 400 for an unknown field).
    case schema
    /// Karmada's webhook refuses it (403).
    case webhook
    /// Nobody refuses it; the engine says what will come of it.
    case engine
    /// The server has refused it, or warned of it.
    case server
  }

  public var source: Source
  /// Refusals are blockers.
  public var severity: OverrideHazard.Severity
  /// The field in the policy; empty for the policy as a whole.
  public var pointer: JSONPointer
  /// In the draft's text, from 1; nil when it is not known.
  public var line: Int?
  /// One sentence for an operator.
  public var sentence: String
  /// What makes it a kind of its own: "field-emptied"; nil for a refusal.
  public var hazard: OverrideHazard.Kind?

  public init(
    _ source: Source, _ severity: OverrideHazard.Severity, _ pointer: JSONPointer,
    _ sentence: String, line: Int? = nil, hazard: OverrideHazard.Kind? = nil
  ) {
    self.source = source
    self.severity = severity
    self.pointer = pointer
    self.sentence = sentence
    self.line = line
    self.hazard = hazard
  }

  /// The server would not take it.
  public var isRefusal: Bool { source != .engine && severity == .blocker }

  /// "line 12, spec.overrideRules[0].overriders.plaintext[0].path: …"
  public var description: String {
    let field = FieldPath.text(pointer)
    let place = [line.map { "line \($0)" }, field.isEmpty ? nil : field].compactMap { $0 }
    return place.isEmpty ? sentence : "\(place.joined(separator: ", ")): \(sentence)"
  }
}
