import ControlPlane
import Dashboard
import Manifest
import Screen

/// From a key to the cells that changed, with a large fleet on the screen.
enum KeyBenchmark {
  static func run() async throws {
    for size in [Size(width: 140, height: 40), Size(width: 250, height: 70)] {
      let plane = Fleets.plane(clusters: 20, bindings: 100_000)
      var state = try await Fleets.state(of: plane, size: size)
      Figures.show(
        "\(size.width)x\(size.height)",
        "\(state.bindings.table.count.text) bindings, "
          + "\(state.events.table.count.text) events")
      report(measure(&state))
    }
  }

  private struct Times {
    var wall: [Double] = []
    var processor: [Double] = []
  }

  /// Milliseconds of every key, by what the key was for.
  private static func measure(_ state: inout AppState) -> [(what: String, times: Times)] {
    let renderer = ScreenRenderer()
    var shown = renderer.draw(state).canvas
    var results: [(what: String, times: Times)] = []
    let clock = ContinuousClock()
    for (what, keys) in script {
      var times = Times()
      for key in keys {
        let before = ThreadTime.now
        let elapsed = clock.measure {
          _ = update(&state, .input(.key(key)))
          let next = renderer.draw(state).canvas
          _ = next.diff(from: shown)
          shown = next
        }
        times.processor.append((ThreadTime.now - before).milliseconds)
        times.wall.append(elapsed.milliseconds)
      }
      results.append((what, times))
    }
    return results
  }

  /// All of it happens on one thread, so on a machine with nothing else to do its processor time
  /// is the time; on a busy one it is what can be compared.
  private static func report(_ results: [(what: String, times: Times)]) {
    for (what, times) in results {
      let times = Samples(times.processor)
      Figures.show(
        what,
        "p50 \(times.median.text(2)) ms, p99 \(times.percentile(99).text(2)) ms, "
          + "max \(times.max.text(2)) ms, \(times.sorted.count) keys")
    }
    let all = Samples(results.flatMap(\.times.processor))
    let wall = Samples(results.flatMap(\.times.wall))
    Figures.show("all keys, p50", "\(all.median.text(2)) ms")
    Figures.show(
      "all keys by the clock on the wall",
      "p50 \(wall.median.text(2)) ms, p99 \(wall.percentile(99).text(2)) ms")
    Figures.check("all keys, p99", all.percentile(99), atMost: 16, unit: "ms")
    Figures.check("all keys, the slowest", all.max, atMost: 16, unit: "ms")
  }

  private static let script: [(what: String, keys: [Key])] = [
    ("rows down and up", repeated(.down, 120) + repeated(.up, 60)),
    ("pages, ends", repeated(.pageDown, 60) + [.end, .home, .end] + repeated(.pageUp, 60)),
    ("filter typed: member003", typed("member003")),
    ("rows while filtered", repeated(.down, 40) + repeated(.pageDown, 10)),
    ("filter erased", erased("member003")),
    ("filter typed: ns:team-01* !healthy", typed("ns:team-01* !healthy")),
    ("filter erased", erased("ns:team-01* !healthy")),
    ("filter without a match: zqxj", typed("zqxj") + erased("zqxj")),
    ("marks", repeated(.character(" "), 20) + [.character("U")]),
    ("sorts, each column", repeated(.character("s"), 16) + repeated(.character("S"), 4)),
    ("clusters, rows", [.character("1")] + repeated(.down, 19) + repeated(.up, 19)),
    ("events, rows and pages", [.character("8")] + repeated(.down, 40) + repeated(.pageDown, 20)),
    ("events, filter", typed("syncfail") + erased("syncfail")),
    ("panes in turn", (0..<10).flatMap { _ in ["1", "2", "6", "8"].map { .character($0) } }),
    ("help and back", (0..<5).flatMap { _ in [.character("?"), .escape] }),
  ]

  private static func repeated(_ key: Key, _ count: Int) -> [Key] {
    Array(repeating: key, count: count)
  }

  /// Opens the filter prompt, types, and takes the filter.
  private static func typed(_ text: String) -> [Key] {
    [.character("/")] + text.map { .character($0) } + [.enter]
  }

  /// Opens the prompt again and takes the text back, letter by letter.
  private static func erased(_ text: String) -> [Key] {
    [.character("/")] + repeated(.backspace, text.count) + [.enter]
  }
}
