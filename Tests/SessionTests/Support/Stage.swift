import ControlPlane
import Dashboard
import Logging
import Manifest
import Session
import TestSupport

/// A session in front of a server, on a clock that only the test moves.
@MainActor
final class Stage {
  nonisolated static let start = Time(nanoseconds: 1_800_000_000_000_000_000)
  nonisolated static let quiet = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })

  let clock = ManualClock()
  let session: Session
  private(set) var terminalEffects: [Session.TerminalEffect] = []
  private var listeners: [AsyncStream<Void>.Continuation] = []

  init(
    _ plane: any ControlPlane, pane: PaneID = .bindings,
    now: (@Sendable () -> Time)? = nil, replay: Session.ReplayControl? = nil
  ) {
    let clock = clock
    session = Session(
      state: AppState(now: Self.start, endpoint: plane.endpoint, pane: pane), plane: plane,
      clock: clock, now: now ?? { Self.start + clock.now.offset }, replay: replay,
      log: Self.quiet)
    session.onChange = { [weak self] in
      for listener in self?.listeners ?? [] { listener.yield() }
    }
    session.onTerminalEffect = { [weak self] in self?.terminalEffects.append($0) }
  }

  var state: AppState { session.state }

  func press(_ keys: String) throws {
    for key in try Key.sequence(parsing: keys) { session.send(.input(.key(key))) }
  }

  /// Waits until it holds; time stands still.
  func until(_ holds: (AppState) -> Bool) async throws {
    let (changes, listener) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
    listeners.append(listener)
    if holds(state) { return }
    for await _ in changes where holds(state) { return }
    throw CancellationError()
  }

  /// Lets time pass, a second whenever somebody waits for one, until it holds.
  func passTime(until holds: (AppState) -> Bool) async throws {
    while !holds(state) { try await clock.advanceWhenAwaited(by: .seconds(1)) }
  }

  /// What the open pane lists.
  var rows: [String] {
    switch state.pane {
    case .clusters: names(state.clusters)
    case .bindings: names(state.bindings)
    case .failovers: names(state.failovers)
    case .overrides: names(state.overrides.list)
    case .rollbacks: names(state.rollbacks.list)
    case .policies: names(state.policies)
    case .events: names(state.events)
    }
  }

  private func names<Row>(_ pane: ListPane<Row>) -> [String] {
    (0..<pane.table.visibleCount).compactMap { pane.table.row(at: $0)?.key.object.description }
  }

  /// The page on top as text.
  var page: String {
    (state.topText?.lines ?? []).map { $0.map(\.text).joined() }.joined(separator: "\n")
  }
}

extension AppState {
  var areAllLive: Bool { feeds.values.allSatisfy { $0.phase == .live } }

  var areAllStale: Bool {
    feeds.values.allSatisfy { if case .stale = $0.phase { true } else { false } }
  }
}
