import ControlPlane
import Dashboard
import Karmada
import Manifest

/// Watches the Works of some bindings, many in one watch. Karmada shows relayed labels on a Work
/// for half a second; and a fleet's Works are never listed all.
@MainActor
final class WorksFollower {
  private let plane: any ControlPlane
  private let clock: any Clock<Duration>
  private let now: @Sendable () -> Time
  private let tell: @MainActor (FailoverNews) -> Void
  private var batches = WorksBatches()
  private var watches: [Int: (watcher: Watcher, task: Task<Void, Never>)] = [:]

  init(
    _ plane: any ControlPlane, clock: any Clock<Duration>, now: @escaping @Sendable () -> Time,
    tell: @escaping @MainActor (FailoverNews) -> Void
  ) {
    self.plane = plane
    self.clock = clock
    self.now = now
    self.tell = tell
  }

  /// Watches exactly these from now on.
  func follow(_ bindings: [BindingIdentity], _ configuration: WatchMachine.Configuration) {
    let (begun, ended) = batches.follow(bindings)
    for batch in begun { watch(batch, configuration) }
    for batch in ended {
      guard let watch = watches.removeValue(forKey: batch.id) else { continue }
      watch.watcher.stop()
      watch.task.cancel()
    }
  }

  func stop() {
    for watch in watches.values {
      watch.watcher.stop()
      watch.task.cancel()
    }
    watches = [:]
  }

  private func watch(_ batch: WorksBatches.Batch, _ configuration: WatchMachine.Configuration) {
    let watcher = Watcher(
      batch.scope, on: plane, configuration: configuration, clock: clock,
      epoch: now() - Time(nanoseconds: 0), seed: UInt64.random(in: .min ... .max))
    let now = now
    let task = Task.detached(priority: .userInitiated) { [weak self] in
      await watcher.run { [weak self] update in
        for news in Self.news(update, at: now()) { await self?.tell(news) }
      }
    }
    watches[batch.id] = (watcher, task)
  }

  private nonisolated static func news(_ update: WatchUpdate, at time: Time) -> [FailoverNews] {
    var interner = Interner()
    // A Work that cannot be read says nothing of its labels, and must not hide the others.
    switch update {
    case .reset, .commit, .phase: return []
    case .page(let page):
      do throws(JSONScanner.Failure) {
        let list = try ObjectList<Work>(json: page.bytes, interning: &interner)
        return [.works(list.items, .found(time))]
      } catch {
        return []
      }
    case .frames(let frames):
      return frames.compactMap { frame in
        guard frame.type != .bookmark, frame.type != .error else { return nil }
        do throws(JSONScanner.Failure) {
          let work = try Work(json: frame.objectBytes, interning: &interner)
          return frame.type == .deleted
            ? .worksGone([work], .seen(time)) : .works([work], .seen(time))
        } catch {
          return nil
        }
      }
    }
  }
}
