/// One piece of news from a `Watcher`. Rows are kept right by taking these in order.
public enum WatchUpdate: Hashable, Sendable {
  /// A new whole set begins; see `WatchMachine.Action.beginReplace`.
  case reset(isFirst: Bool)
  /// Objects of the set: a List as it came.
  case page(ListPage)
  /// Changes in the order they happened; everything that arrived together comes together.
  case frames([WatchFrame])
  /// The set is whole: rows not seen since `reset` are gone.
  case commit(resourceVersion: String)
  case phase(WatchMachine.Phase)
}

/// Follows one resource on a control plane: carries out what a `WatchMachine` decides.
///
/// All news is delivered by the one task that calls `run`, one piece after the other; the next
/// waits until the last has been taken.
public struct Watcher: Sendable {
  /// What can be asked of a watcher from any task.
  private let mailbox: Mailbox<WatcherRun.Event>
  private let scope: ListScope
  private let plane: any ControlPlane
  private let configuration: WatchMachine.Configuration
  private let clock: any Clock<Duration>
  private let epoch: Duration
  private let seed: UInt64

  /// Bytes of a watch that may wait to be taken before its reading pauses.
  private static let backlog = 8 << 20

  /// `epoch`: what the owner's clock shows as `run` is called; moments in phases count from the
  /// same zero. `seed`: for the jitter.
  public init(
    _ scope: ListScope, on plane: any ControlPlane,
    configuration: WatchMachine.Configuration = WatchMachine.Configuration(),
    clock: any Clock<Duration>, epoch: Duration = .zero, seed: UInt64
  ) {
    mailbox = Mailbox(capacity: Self.backlog)
    self.scope = scope
    self.plane = plane
    self.configuration = configuration
    self.clock = clock
    self.epoch = epoch
    self.seed = seed
  }

  /// Follows the resource until `stop` or until the calling task is cancelled; nothing is
  /// delivered after it returns. A watcher runs once: later calls return at once.
  public func run(_ deliver: @escaping @Sendable (WatchUpdate) async -> Void) async {
    guard mailbox.claim() else { return }
    var run = WatcherRun(
      machine: WatchMachine(configuration, seed: seed), mailbox: mailbox, scope: scope,
      plane: plane, clock: clock, time: Self.stopwatch(clock, from: epoch), deliver: deliver)
    await run.follow()
  }

  /// The newest state, now: lists again, or stops waiting for another try.
  public func refresh() { mailbox.put(.refresh) }

  /// Lists every so often instead of watching; nil goes back to watching.
  public func setPolling(_ interval: Duration?) { mailbox.put(.setPolling(interval)) }

  /// Ends `run`, after a last `.phase(.idle)`.
  public func stop() { mailbox.put(.stop) }

  private static func stopwatch(
    _ clock: some Clock<Duration>, from epoch: Duration
  ) -> @Sendable () -> Duration {
    let start = clock.now
    return { epoch + start.duration(to: clock.now) }
  }
}
