import Dashboard
import Karmada
import Manifest
import Screen

/// An outage that drives 5,000 workloads out of one cluster, told as watches tell it, while the
/// Failovers pane is open.
enum FailoverBenchmark {
  private static let count = 5_000
  private static let size = Size(width: 140, height: 40)
  /// So many changes come together at most while the screen is busy.
  private static let batch = 100

  static func run() async throws {
    let plane = Fleets.plane(clusters: 20, bindings: 20_000)
    let state = try await Fleets.state(of: plane, size: size)
    let bindings = Array(
      state.bindings.table.rows.lazy.map(\.binding).filter { !$0.clusters.isEmpty }.prefix(count))
    let outage = versions(of: bindings, at: state.now, evicts: true)
    let quiet = versions(of: bindings, at: state.now, evicts: false)
    Figures.show("bindings evicted, versions told", "\(bindings.count), \(outage.count * count)")

    let builder = measureBuilder(outage, before: bindings)
    Figures.show(
      "episode updates a second", (Double(builder.updates) / builder.seconds).text(0))
    Figures.show("episodes", "\(builder.episodes)")

    // In pairs, so that both meet the same machine.
    var (whole, plain): ([Double], [Double]) = ([], [])
    var turns: [Double] = []
    for _ in 0..<3 {
      plain.append(measureScreen(quiet, from: state, pane: "2").reduce(0, +))
      let times = measureScreen(outage, from: state, pane: "3")
      whole.append(times.reduce(0, +))
      turns += times
    }
    Figures.check(
      "the outage against as many plain changes", Samples(whole).median / Samples(plain).median,
      atMost: 6, unit: "times")
    Figures.check(
      "\(batch) changes and their frame, p99", Samples(turns.map { $0 * 1000 }).percentile(99),
      atMost: 100, unit: "ms")
    Figures.show("the same, median", "\(Samples(turns.map { $0 * 1000 }).median.text(2)) ms")
  }

  /// What Karmada makes of each binding: the task, its timestamp, another cluster, applied there,
  /// healthy there, the task gone. Without evictions as many versions with another status.
  private static func versions(
    of bindings: [ResourceBinding], at now: Time, evicts: Bool
  ) -> [[ResourceBinding]] {
    let changes: [(inout ResourceBinding) -> Void] =
      evicts
      ? [
        { binding in
          var task = ResourceBinding.GracefulEvictionTask()
          task.fromCluster = binding.clusters[0].name
          task.reason = "TaintUntolerated"
          task.purgeMode = "Graciously"
          binding.gracefulEvictionTasks = [task]
          binding.clusters.removeFirst()
        },
        { $0.gracefulEvictionTasks[0].creationTimestamp = now },
        { binding in
          var target = ResourceBinding.TargetCluster()
          target.name = "another"
          binding.clusters.append(target)
        },
        { report(&$0, .unknown) }, { report(&$0, .healthy) }, { $0.gracefulEvictionTasks = [] },
      ]
      : (0..<6).map { round in { report(&$0, round % 2 == 0 ? .unknown : .healthy) } }
    var all: [[ResourceBinding]] = []
    var current = bindings
    for (round, change) in changes.enumerated() {
      for i in current.indices {
        change(&current[i])
        let before = Int(bindings[i].metadata.resourceVersion) ?? 0
        current[i].metadata.resourceVersion = "\(before + round + 1)"
      }
      all.append(current)
    }
    return all
  }

  private static func report(
    _ binding: inout ResourceBinding, _ health: ResourceBinding.Health
  ) {
    binding.aggregatedStatus = binding.clusters.map { target in
      var item = ResourceBinding.AggregatedStatusItem()
      (item.clusterName, item.applied, item.health) = (target.name, true, health)
      return item
    }
  }

  private static func measureBuilder(
    _ versions: [[ResourceBinding]], before bindings: [ResourceBinding]
  ) -> (updates: Int, seconds: Double, episodes: Int) {
    var builder = EpisodeBuilder()
    var updates = 0
    let start = Time.now
    let before = ThreadTime.now
    for (round, all) in versions.enumerated() {
      for first in stride(from: 0, to: all.count, by: batch) {
        let now = start + .milliseconds(round * 1000 + first)
        for at in first..<min(first + batch, all.count) {
          builder.observe(all[at], before: round == 0 ? bindings[at] : nil, .seen(now))
        }
        updates += builder.takeNews(at: now).changed.count
      }
    }
    let seconds = (ThreadTime.now - before).milliseconds / 1000
    return (updates, seconds, builder.episodes(at: start).count)
  }

  /// Seconds for each batch of changes with the frame that shows it.
  private static func measureScreen(
    _ versions: [[ResourceBinding]], from state: AppState, pane: Character
  ) -> [Double] {
    var state = state
    _ = update(&state, .input(.key(.character(pane))))
    let renderer = ScreenRenderer()
    var times: [Double] = []
    for all in versions {
      for first in stride(from: 0, to: all.count, by: batch) {
        let some = Array(all[first..<min(first + batch, all.count)])
        // Processor time: a busy machine is not what is measured.
        let before = ThreadTime.now
        _ = update(&state, .tick(state.now + .milliseconds(50)))
        _ = update(&state, .feed(.resourceBindings, .objects(.bindings(some))))
        _ = renderer.draw(state)
        times.append((ThreadTime.now - before).milliseconds / 1000)
      }
    }
    return times
  }
}
