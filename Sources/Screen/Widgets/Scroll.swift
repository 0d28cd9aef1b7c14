/// Where a window of `height` rows stands on `count` rows.
public enum Scroll {
  /// The nearest first row to `top` that shows as much as there is.
  public static func clamped(top: Int, count: Int, height: Int) -> Int {
    let count = Rect.clampedCount(count)
    return min(max(0, top), max(0, count - max(0, Rect.clamped(height))))
  }

  /// The nearest first row to `top` that shows the selected row.
  public static func top(_ top: Int, showing selected: Int, count: Int, height: Int) -> Int {
    let count = Rect.clampedCount(count)
    let height = max(1, Rect.clamped(height))
    let selected = min(max(0, selected), max(0, count - 1))
    var top = clamped(top: top, count: count, height: height)
    if selected < top { top = selected }
    if selected >= top + height { top = selected - height + 1 }
    return top
  }
}

extension Rect {
  /// Rows may be many more than a screen has.
  static func clampedCount(_ count: Int) -> Int { min(max(0, count), Int(Int32.max)) }
}
