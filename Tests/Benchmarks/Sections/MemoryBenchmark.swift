import Simulation

/// Memory of the running dashboard with 100,000 bindings, against the same with none.
enum MemoryBenchmark {
  private static let bindings = 100_000

  static func run() async throws {
    let empty = try await measure(bindings: 0)
    let full = try await measure(bindings: bindings)
    let mebibyte = 1_048_576.0
    Figures.show("without bindings", "\((Double(empty.resident) / mebibyte).text(1)) MiB")
    Figures.show(
      "with \(bindings.text)",
      "\((Double(full.resident) / mebibyte).text(1)) MiB, peak while reading "
        + "\((Double(full.peak) / mebibyte).text(1)) MiB")
    Figures.check(
      "bytes a binding", Double(full.resident - empty.resident) / Double(bindings), atMost: 1024,
      digits: 0)
    Figures.check(
      "the whole process", Double(full.resident) / mebibyte, atMost: 200, unit: "MiB", digits: 1)
  }

  private static func measure(bindings: Int) async throws -> ProcessFigures {
    let plane = Fleets.plane(clusters: 20, bindings: bindings)
    let dashboard = try await LiveDashboard(of: plane)
    defer { dashboard.end() }
    dashboard.terminal.type("2")
    await dashboard.drain(for: .seconds(2))
    return try dashboard.figures()
  }
}
