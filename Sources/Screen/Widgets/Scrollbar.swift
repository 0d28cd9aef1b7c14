import Dashboard

extension Canvas {
  /// A scrollbar down the last column of a rectangle; none when everything shows.
  public mutating func scrollbar(in rect: Rect, top: Int, count: Int) {
    let count = Rect.clampedCount(count)
    guard rect.height > 0, rect.width > 0, count > rect.height else { return }
    let track = Rect(x: rect.maxX - 1, y: rect.y, width: 1, height: rect.height)
    let size = max(1, rect.height * rect.height / count)
    let last = count - rect.height
    let top = min(max(0, top), last)
    var start = (rect.height - size) * top / last
    // The ends are shown only when they are reached.
    if top > 0, start == 0, rect.height > size { start = 1 }
    if top < last, start == rect.height - size, start > 0 { start -= 1 }
    fill(track, Style(.scrollbar), with: glyphs.scrollTrack)
    let thumb = Rect(x: track.x, y: track.y + start, width: 1, height: size)
    fill(thumb, Style(.muted), with: glyphs.scrollThumb)
  }
}
