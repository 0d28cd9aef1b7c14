import Karmada

extension RollbackLines {
  /// What stands in one place of a matrix, and whether somebody should look at it.
  struct Cell {
    var text: String
    var role: Role
    var isTrouble = false
  }

  /// One line a workload.
  struct MatrixRow {
    var title: String
    /// "+" for what goes with a template that needs it.
    var mark = " "
    /// By cluster.
    var cells: [String: Cell]

    var isTrouble: Bool { cells.values.contains(where: \.isTrouble) }
  }

  /// One line a workload, one column a cluster. Workloads and clusters that want looking at stand
  /// first: of a hundred clusters only a few columns are in sight.
  mutating func matrix(_ rows: [MatrixRow], leading: [String] = []) {
    let troubled = Set(
      rows.flatMap { $0.cells.filter(\.value.isTrouble).map(\.key) }.filter {
        !leading.contains($0)
      })
    let rest = Set(rows.flatMap(\.cells.keys)).subtracting(troubled).subtracting(leading)
    let clusters = leading + troubled.sorted() + rest.sorted()
    guard !clusters.isEmpty else { return }
    let column = min(18, max(8, clusters.map(\.count).max() ?? 8)) + 2
    let longest = (rows.map(\.title.count).max() ?? 16) + 2
    let room = max(16, min(longest, width - clusters.count * column - 2))
    append([
      Span("  " + padded("", room), .columnHeader),
      Span(clusters.map { fit($0, column) }.joined(), .columnHeader),
    ])
    let order = rows.sorted { a, b in
      a.isTrouble == b.isTrouble ? a.title < b.title : a.isTrouble
    }
    for row in order {
      append(
        [Span(row.mark + " " + fit(row.title, room))]
          + clusters.map { name in
            row.cells[name].map { Span(fit($0.text, column), $0.role) }
              ?? Span(fit("-", column), .muted)
          })
    }
  }

  /// Names at the left, what belongs to them at the right, in two columns that fit the page.
  mutating func table(_ rows: [(name: String, value: String)], _ role: Role = .muted) {
    let value = rows.map(\.value.count).max() ?? 0
    let name = (rows.map(\.name.count).max() ?? 0) + 2
    let room = max(24, min(name, width - value - 2))
    for row in rows {
      wrap([Span("  " + fit(row.name, room)), Span(row.value, role)])
    }
  }

  /// So wide, with at least one blank at its end. The end of a long name tells as much as its
  /// beginning: what is left out is the middle.
  func fit(_ text: String, _ width: Int) -> String {
    guard text.count >= width else { return padded(text, width) }
    guard width > 12 else { return String(text.prefix(max(0, width - 2))) + "… " }
    let tail = (width - 2) / 4
    return text.prefix(width - 2 - tail) + "…" + text.suffix(tail) + " "
  }
}
