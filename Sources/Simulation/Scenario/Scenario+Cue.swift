import Manifest

extension Scenario {
  /// Something that happens by itself.
  public struct Cue: Hashable, Sendable {
    public enum Deed: Hashable, Sendable {
      case fault(FaultLine)
      /// Manifests, each created, or merged into the object there is.
      case apply([JSONValue])
    }
    /// Simulated time from the moment somebody begins to watch; negative before it.
    public var after: Duration
    public var deed: Deed

    public init(after: Duration, _ deed: Deed) {
      self.after = after
      self.deed = deed
    }
  }
}
