import Dashboard

import Foundation

/// Neighbouring cells of one row and one style.
public struct Run: Hashable, Sendable {
  public var x: Int
  public var y: Int
  public var style: Style
  /// One a cell or pair of cells, in order.
  public var clusters: [Character]

  public init(x: Int, y: Int, style: Style, clusters: [Character]) {
    self.x = x
    self.y = y
    self.style = style
    self.clusters = clusters
  }

  /// Its clusters in one string.
  public var text: String { String(clusters) }
}

extension Canvas {
  /// The runs to draw over `old` to get this canvas; all of it when the sizes differ.
  public func diff(from old: Canvas) -> [Run] {
    let whole = old.width != width || old.height != height
    var runs: [Run] = []
    cells.withUnsafeBufferPointer { new in
      old.cells.withUnsafeBufferPointer { old in
        for y in 0..<height {
          if !whole, Self.isSame(new, old, from: y * width, count: width) { continue }
          var run: Run?
          for x in 0..<width {
            let cell = new[y * width + x]
            // The right half goes with the left one.
            if cell.isContinuation { continue }
            let index = y * width + x
            var changed = whole || cell != old[index]
            if !changed, x + 1 < width, new[index + 1].isContinuation {
              changed = new[index + 1] != old[index + 1]
            }
            guard changed else {
              if let done = run { runs.append(done) }
              run = nil
              continue
            }
            if run?.style == cell.style {
              run?.clusters.append(cell.text)
            } else {
              if let done = run { runs.append(done) }
              run = Run(x: x, y: y, style: cell.style, clusters: [cell.text])
            }
          }
          if let done = run { runs.append(done) }
        }
      }
    }
    return runs
  }

  /// True for most rows of most frames; false says nothing, since one text may have two spellings.
  private static func isSame(
    _ one: UnsafeBufferPointer<Cell>, _ two: UnsafeBufferPointer<Cell>, from start: Int, count: Int
  ) -> Bool {
    guard count > 0 else { return true }
    let one = UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: one[start..<start + count]))
    let two = UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: two[start..<start + count]))
    guard let left = one.baseAddress, let right = two.baseAddress else { return false }
    return memcmp(left, right, one.count) == 0
  }

  /// Draws runs that ``diff(from:)`` gave.
  public mutating func apply(_ runs: [Run]) {
    for run in runs {
      var x = run.x
      for text in run.clusters {
        let columns = max(1, TextWidth.columns(of: text))
        set(text, columns: columns, x: x, y: run.y, style: run.style)
        x += columns
      }
    }
  }
}
