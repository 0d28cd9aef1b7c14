import Dashboard
import Karmada

extension Session {
  /// The hands on a replay's clock.
  public struct ReplayControl: Sendable {
    public var seek: @Sendable (Double) async -> Void
    public var setSpeed: @Sendable (Double) async -> Void
    public var status: @Sendable () async -> ReplayStatus
    /// What the recording shows of failovers up to where it stands.
    public var failovers: @Sendable () async -> EpisodeBuilder
    /// What the recording shows of rollbacks up to where it stands.
    public var rollbacks: @Sendable () async -> RollbackSightings
    public init(
      seek: @escaping @Sendable (Double) async -> Void,
      setSpeed: @escaping @Sendable (Double) async -> Void,
      status: @escaping @Sendable () async -> ReplayStatus,
      failovers: @escaping @Sendable () async -> EpisodeBuilder = { EpisodeBuilder() },
      rollbacks: @escaping @Sendable () async -> RollbackSightings = { RollbackSightings() }
    ) {
      self.seek = seek
      self.setSpeed = setSpeed
      self.status = status
      self.failovers = failovers
      self.rollbacks = rollbacks
    }
  }

  /// The hands on an embedded Karmada.
  public struct DemoControl: Sendable {
    public var status: @Sendable () async -> DemoStatus
    /// Lets something go wrong; gives back what was done, or why not.
    public var fault: @Sendable (String) async -> StatusMessage
    public var setSpeed: @Sendable (Double) async -> Void
    public init(
      status: @escaping @Sendable () async -> DemoStatus,
      fault: @escaping @Sendable (String) async -> StatusMessage,
      setSpeed: @escaping @Sendable (Double) async -> Void
    ) {
      self.status = status
      self.fault = fault
      self.setSpeed = setSpeed
    }
  }
}
