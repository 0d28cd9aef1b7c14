import Foundation

/// What one row up or down costs a slow line.
enum BytesBenchmark {
  static func run() async throws {
    let program = try Program.quarterdeck()
    for (columns, rows, what) in [
      (140, 40, "list and detail"), (80, 24, "list and detail"), (100, 16, "list alone"),
    ] as [(UInt16, UInt16, String)] {
      let scratch = try Scratch()
      // Time stands still, so that nothing but the keys changes the screen.
      let terminal = try PseudoTerminal(
        program, ["demo", "--speed", "0"], columns: columns, rows: rows, home: scratch.path)
      defer { terminal.end() }
      _ = try terminal.read(until: "Events")
      _ = terminal.read(untilQuiet: 800)
      for (pane, key) in [("Clusters", "1"), ("Bindings", "2")] {
        terminal.type(key)
        _ = terminal.read(untilQuiet: 400)
        let few = pane == "Clusters" ? 4 : 8
        var counts: [Double] = []
        for step in Array(repeating: "j", count: few) + Array(repeating: "k", count: few) {
          terminal.type(step)
          counts.append(Double(terminal.read(untilQuiet: 150).count))
        }
        let samples = Samples(counts)
        let label = "\(columns)x\(rows) \(pane), \(what)"
        if what == "list alone" || pane == "Bindings" {
          Figures.check(label + ", median", samples.median, atMost: 250, digits: 0)
          Figures.show(label + ", most", samples.max.text(0))
        } else {
          Figures.show(label, "median \(samples.median.text(0)), most \(samples.max.text(0))")
        }
      }
    }
  }
}
