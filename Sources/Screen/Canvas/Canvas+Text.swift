import Dashboard

/// Where a text stands in its field.
public enum Alignment: Hashable, Sendable { case left, right, centre }

/// What happens to a text that is wider than its field.
public enum Overflow: Hashable, Sendable {
  /// It is cut off.
  case clip
  /// It is cut off and the last column shows `…`.
  case ellipsis
}

extension Canvas {
  /// Writes a text in one role. See ``put(_:at:_:in:width:alignment:overflow:scroll:background:attributes:)``.
  @discardableResult
  public mutating func put(
    _ text: String, at x: Int, _ y: Int, in rect: Rect, role: Role = .text, width: Int? = nil,
    alignment: Alignment = .left, overflow: Overflow = .clip, scroll: Int = 0,
    background: Role? = nil, attributes: Attributes = []
  ) -> Int {
    put(
      [Span(text, role)], at: x, y, in: rect, width: width, alignment: alignment,
      overflow: overflow, scroll: scroll, background: background, attributes: attributes)
  }

  /// Writes a line into a field of one row and returns the columns it took.
  ///
  /// The field starts at column `x` of row `y` of the rectangle and is `width` columns wide, or
  /// reaches to the rectangle's right edge. `scroll` is how many columns of the text lie to the
  /// left of the field. A wide character that does not fit whole becomes a space. Without a
  /// `background`, the one already there stays.
  @discardableResult
  public mutating func put(
    _ line: Line, at x: Int, _ y: Int, in rect: Rect, width: Int? = nil,
    alignment: Alignment = .left, overflow: Overflow = .clip, scroll: Int = 0,
    background: Role? = nil, attributes: Attributes = []
  ) -> Int {
    let x = Rect.clamped(x)
    let y = Rect.clamped(y)
    let room = min(rect.width - max(0, x), max(0, Rect.clamped(width ?? rect.width) + min(0, x)))
    guard room > 0, y >= 0, y < rect.height else { return 0 }
    let hidden = max(0, Rect.clamped(scroll)) + max(0, -x)
    // One column more than fits tells whether something is cut off.
    var text = Visible(line, hidden: hidden, limit: room + 1, glyphs: glyphs)
    if text.columns > room {
      text.cut(to: overflow == .ellipsis ? room - 1 : room)
      if overflow == .ellipsis {
        text.append(Cluster(text: glyphs.ellipsis, columns: 1), role: text.lastRole)
      }
    }
    var column = rect.x + max(0, x)
    switch alignment {
    case .left: break
    case .right: column += room - text.columns
    case .centre: column += (room - text.columns) / 2
    }
    for (cluster, role) in text.clusters {
      place(
        cluster, x: column, y: rect.y + y, role: role, background: background,
        attributes: attributes)
      column += cluster.columns
    }
    return text.columns
  }

  private mutating func place(
    _ cluster: Cluster, x: Int, y: Int, role: Role, background: Role?, attributes: Attributes
  ) {
    guard y >= 0, y < height else { return }
    if cluster.columns == 2, x == -1 || x == width - 1 {
      // Half of it lies outside the canvas.
      let inside = x == -1 ? 0 : x
      place(
        Cluster(text: " ", columns: 1), x: inside, y: y, role: role, background: background,
        attributes: attributes)
      return
    }
    guard x >= 0, x < width else { return }
    let kept = background ?? cells[y * width + x].style.background
    set(
      cluster.text, columns: cluster.columns, x: x, y: y,
      style: Style(role, background: kept, attributes: attributes))
  }
}

/// The part of a line that shows in a field.
private struct Visible {
  var clusters: [(Cluster, Role)] = []
  var columns = 0

  /// At least `limit` columns after the `hidden` ones, or all there is.
  init(_ line: Line, hidden: Int, limit: Int, glyphs: Glyphs) {
    clusters.reserveCapacity(min(limit, 512))
    var toSkip = hidden
    for span in line where columns < limit {
      if addASCII(span, skipping: &toSkip, limit: limit) { continue }
      Cluster.each(in: span.text, glyphs: glyphs) { cluster in
        if toSkip >= cluster.columns {
          toSkip -= cluster.columns
        } else if toSkip > 0 {
          toSkip = 0
          append(Cluster(text: " ", columns: 1), role: span.role)
        } else {
          append(cluster, role: span.role)
        }
        return columns < limit
      }
    }
  }

  /// The common case, several times faster: no byte of the part that matters needs care.
  private mutating func addASCII(_ span: Span, skipping toSkip: inout Int, limit: Int) -> Bool {
    let needed = toSkip + limit - columns
    // A mark may follow the last byte looked at, so one more is looked at.
    let bytes = span.text.utf8.prefix(needed + 1)
    guard bytes.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) else { return false }
    let skipped = min(toSkip, bytes.count)
    toSkip -= skipped
    for byte in bytes.dropFirst(skipped).prefix(limit - columns) {
      append(Cluster(text: Self.ascii[Int(byte)], columns: 1), role: span.role)
    }
    return true
  }

  private static let ascii = (0..<128).map { Character(Unicode.Scalar(UInt8($0))) }

  var lastRole: Role { clusters.last?.1 ?? .text }

  mutating func append(_ cluster: Cluster, role: Role) {
    clusters.append((cluster, role))
    columns += cluster.columns
  }

  /// Exactly so many columns remain; half of a wide cluster becomes a space.
  mutating func cut(to limit: Int) {
    while columns > limit, let (cluster, role) = clusters.popLast() {
      columns -= cluster.columns
      if columns < limit { append(Cluster(text: " ", columns: 1), role: role) }
    }
  }
}
