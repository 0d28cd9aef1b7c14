/// A part of the screen in cells, counted from 0 at the top left. Any numbers may be given: a
/// negative size is none, and coordinates are held within ±1,000,000, so sums never overflow.
public struct Rect: Hashable, Sendable {
  public let x: Int
  public let y: Int
  public let width: Int
  public let height: Int

  public init(x: Int, y: Int, width: Int, height: Int) {
    self.x = Self.clamped(x)
    self.y = Self.clamped(y)
    self.width = max(0, Self.clamped(width))
    self.height = max(0, Self.clamped(height))
  }

  public static let zero = Rect(x: 0, y: 0, width: 0, height: 0)

  public var isEmpty: Bool { width == 0 || height == 0 }
  /// The first column to the right of it.
  public var maxX: Int { x + width }
  /// The first row below it.
  public var maxY: Int { y + height }

  public func contains(x: Int, y: Int) -> Bool {
    x >= self.x && x < maxX && y >= self.y && y < maxY
  }

  public func intersection(_ other: Rect) -> Rect {
    let left = max(x, other.x)
    let top = max(y, other.y)
    return Rect(
      x: left, y: top, width: min(maxX, other.maxX) - left, height: min(maxY, other.maxY) - top)
  }

  /// Without so many cells at each side.
  public func inset(left: Int = 0, top: Int = 0, right: Int = 0, bottom: Int = 0) -> Rect {
    let left = Self.clamped(left)
    let top = Self.clamped(top)
    return Rect(
      x: x + left, y: y + top, width: width - left - Self.clamped(right),
      height: height - top - Self.clamped(bottom))
  }

  /// Without so many cells on the left and right (`dx`), top and bottom (`dy`).
  public func inset(dx: Int, dy: Int) -> Rect {
    inset(left: dx, top: dy, right: dx, bottom: dy)
  }

  /// One row of it; `row` counts from its top. Empty when there is no such row.
  public func row(_ row: Int) -> Rect {
    let row = Self.clamped(row)
    guard row >= 0, row < height else { return Rect(x: x, y: y, width: 0, height: 0) }
    return Rect(x: x, y: y + row, width: width, height: 1)
  }

  /// A rectangle of that size in the middle of it, no larger than it.
  public func centred(width: Int, height: Int) -> Rect {
    let width = min(max(0, width), self.width)
    let height = min(max(0, height), self.height)
    return Rect(
      x: x + (self.width - width) / 2, y: y + (self.height - height) / 2, width: width,
      height: height)
  }

  static func clamped(_ value: Int) -> Int { min(max(value, -1_000_000), 1_000_000) }
}
