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
  private let complain: @MainActor (String) -> Void
  private var batches = WorksBatches()
  private var watches: [Int: (watcher: Watcher, task: Task<Void, Never>)] = [:]

  /// - Parameters:
  ///   - tell: takes what the Works say.
  ///   - complain: takes what could not be read of them.
  init(
    _ plane: any ControlPlane, clock: any Clock<Duration>, now: @escaping @Sendable () -> Time,
    tell: @escaping @MainActor (FailoverNews) -> Void,
    complain: @escaping @MainActor (String) -> Void
  ) {
    self.plane = plane
    self.clock = clock
    self.now = now
    self.tell = tell
    self.complain = complain
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
        let (news, complaints) = Self.news(update, at: now())
        for one in news { await self?.tell(one) }
        for complaint in complaints { await self?.complain(complaint) }
      }
    }
    watches[batch.id] = (watcher, task)
  }

  /// What an update says, in order. A Work that cannot be read says nothing of its labels: it is
  /// left out and named in `complaints`, and does not hide the others.
  nonisolated static func news(
    _ update: WatchUpdate, at time: Time
  ) -> (news: [FailoverNews], complaints: [String]) {
    var interner = Interner()
    switch update {
    case .reset, .commit, .phase: return ([], [])
    case .page(let page):
      do throws(JSONScanner.Failure) {
        let list = try ObjectList<Work>(json: page.bytes, interning: &interner)
        let complaint = "left out of works: \(list.skipped) entries that are no objects"
        return ([.works(list.items, .found(time))], list.skipped == 0 ? [] : [complaint])
      } catch {
        return ([], ["a page of works cannot be read: \(error)"])
      }
    case .frames(let frames): return news(frames, at: time, &interner)
    }
  }

  private nonisolated static func news(
    _ frames: [WatchFrame], at time: Time, _ interner: inout Interner
  ) -> (news: [FailoverNews], complaints: [String]) {
    var (news, complaints): ([FailoverNews], [String]) = ([], [])
    for frame in frames where frame.type != .bookmark && frame.type != .error {
      do throws(JSONScanner.Failure) {
        let work = try Work(json: frame.objectBytes, interning: &interner)
        news.append(
          frame.type == .deleted ? .worksGone([work], .seen(time)) : .works([work], .seen(time)))
      } catch {
        complaints.append("a change to works cannot be read: \(error)")
      }
    }
    return (news, complaints)
  }
}
