import Foundation

/// Measures what DESIGN's budgets promise and prints budget, figure and whether it holds.
///
///     swift build -c release && swift run -c release Benchmarks [section …]
///
/// Sections that drive the program use the `quarterdeck` built beside this one.
@main
enum Benchmarks {
  static func main() async {
    let names = Array(CommandLine.arguments.dropFirst())
    let chosen = names.isEmpty ? Section.all.filter(\.isDefault) : []
    let named = names.compactMap { name in Section.all.first { $0.name == name } }
    guard named.count == names.count else {
      Figures.line("usage: Benchmarks [section …]\nsections:")
      for section in Section.all {
        let note = section.isDefault ? "" : " (only when named)"
        Figures.line("  \(section.name.padded(14))\(section.what)\(note)")
      }
      exit(2)
    }
    do {
      if named.count == 1, let section = named.first {
        Figures.line("\(section.name): \(section.what)")
        try await section.run()
      } else {
        try runApart(named + chosen)
      }
    } catch {
      Figures.line("  not measured: \(error)")
      exit(1)
    }
  }

  /// Each section in a process of its own, so that none inherits another's memory.
  private static func runApart(_ sections: [Section]) throws {
    var isWhole = true
    for section in sections {
      let run = try Child.run(Program.myself, [section.name], output: nil)
      if run.status != 0 { isWhole = false }
      Figures.line("")
    }
    if !isWhole { exit(1) }
  }
}

/// Something to measure.
struct Section: Sendable {
  var name: String
  var what: String
  var isDefault = true
  var run: @Sendable () async throws -> Void

  static let all: [Section] = [
    Section(
      name: "scanner", what: "reading bindings, against Foundation's JSONDecoder",
      run: { try await ScannerBenchmark.run() }),
    Section(
      name: "overrides", what: "override policies rendered, and previewed for a fleet",
      run: { try OverridesBenchmark.run() }),
    Section(
      name: "failovers", what: "5,000 evictions in one outage, with the pane open",
      run: { try await FailoverBenchmark.run() }),
    Section(
      name: "rollback", what: "a rollback as documented and ours, and 200 in bad weather",
      run: { try await RollbackBenchmark.run() }),
    Section(
      name: "keys", what: "key to frame with 100,000 bindings",
      run: { try await KeyBenchmark.run() }),
    Section(
      name: "preview", what: "key to preview of a draft, 200 objects on 100 clusters",
      run: { try PreviewBenchmark.run() }),
    Section(
      name: "snapshot", what: "`snapshot` of 10,000 bindings, against `kubectl get rb -A`",
      run: { try await SnapshotBenchmark.run() }),
    Section(
      name: "memory", what: "memory a binding on the screen, 100,000 of them",
      run: { try await MemoryBenchmark.run() }),
    Section(
      name: "start", what: "first frame, and --version", run: { try await StartBenchmark.run() }),
    Section(
      name: "bytes", what: "bytes to the terminal for one row up or down",
      run: { try await BytesBenchmark.run() }),
    Section(
      name: "idle", what: "share of a core with 50 watch events a second",
      run: { try await IdleBenchmark.run() }),
    Section(
      name: "embedded", what: "the demo with 100 clusters and 100,000 bindings",
      run: { try await EmbeddedBenchmark.run() }),
    Section(
      name: "growth", what: "memory of a dashboard that stays open", isDefault: false,
      run: { try await GrowthBenchmark.run() }),
    Section(
      name: "binary", what: "size of the program, static and stripped", isDefault: false,
      run: { try BinaryBenchmark.run() }),
  ]
}
