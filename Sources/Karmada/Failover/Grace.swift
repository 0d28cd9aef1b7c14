import Manifest

/// How long a graceful eviction keeps the old copy while no target is healthy. The controller's
/// `--graceful-eviction-timeout` is 10 minutes where the policy does not say (1.12).
enum Grace {
  /// Controllers look at a task again after a tenth of its time or so; not before this long after
  /// its grace is it stuck.
  static let slack = Duration.seconds(60)

  /// When it is over for good; nil where there is none, or nobody knows since when.
  ///
  /// - Parameter purgeMode: `Gracefully` is what 1.15 calls `Graciously`.
  static func end(_ purgeMode: String, _ seconds: Int?, since created: Time?) -> Time? {
    guard purgeMode == "Graciously" || purgeMode == "Gracefully" else { return nil }
    return created.map { $0 + .seconds(min(max(0, seconds ?? 600), 1_000_000_000)) }
  }
}
