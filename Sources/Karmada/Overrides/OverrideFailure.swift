import Manifest

/// Karmada would fail on this object and cluster, and update neither this cluster nor those that
/// come after it.
public struct OverrideFailure: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Kind: String, Hashable, Sendable {
    /// An operation, predicate or field path leads to nothing.
    case targetMissing
    /// An image cannot be read, or what should be one is no text.
    case invalidImage
    /// fieldOverrider on a field that is no text.
    case notText
    /// The document in the field is not what it should be.
    case invalidDocument
    /// A pointer, an operator or a value that can work on no object.
    case invalidOverrider
    /// What came out is no object of a kind, or no workload.
    case invalidResult
    /// Karmada itself crashes on this.
    case karmadaPanics
    /// A policy is not of the API's form.
    case malformedPolicy
  }
  public var kind: Kind
  /// nil when no single overrider is at fault.
  public var place: OverridePlace?
  /// Where in the manifest, as far as is known.
  public var path: JSONPointer?
  /// The operation of a patch that did not fit; nil where it was something else.
  public var patch: JSONPatch.Failure?
  public var what: String
  /// What had been done before it, and what became of each policy.
  public var trace = OverrideTrace()
  public var hazards: [OverrideHazard] = []

  public init(_ kind: Kind, _ what: String, path: JSONPointer? = nil) {
    self.kind = kind
    self.what = what
    self.path = path
  }

  /// "OverridePolicy default/example, rule 1, plaintext 1: replace /spec/nope: there is nothing at
  /// this path"
  public var description: String { place.map { "\($0): \(what)" } ?? what }
}
