import Dashboard

/// The footer: what the keys do now. Where the screen is too narrow, what matters least is left
/// out; no pair is ever cut.
public struct KeyLine: Hashable, Sendable {
  public struct Item: Hashable, Sendable {
    public var key: String
    public var label: String
    /// The higher the number, the sooner it is left out.
    public var priority: Int

    public init(_ key: String, _ label: String, priority: Int = 0) {
      self.key = key
      self.label = label
      self.priority = priority
    }
  }

  public var items: [Item]

  public init(_ items: [Item]) { self.items = items }

  static let gap = 2

  /// The items that fit into that many columns, in their order.
  public func fitting(width: Int, glyphs: Glyphs = .unicode) -> [Item] {
    let widths = items.map { item in
      TextWidth.columns(of: item.key, glyphs: glyphs) + 1
        + TextWidth.columns(of: item.label, glyphs: glyphs)
    }
    var kept: Set<Int> = []
    var used = 0
    let order = items.indices.sorted { (items[$0].priority, $0) < (items[$1].priority, $1) }
    for index in order {
      let needed = widths[index] + (kept.isEmpty ? 0 : Self.gap)
      // What matters less may not stay where what matters more went.
      guard used + needed <= width else { break }
      kept.insert(index)
      used += needed
    }
    return kept.sorted().map { items[$0] }
  }

  public func draw(on canvas: inout Canvas, in rect: Rect) {
    let room = rect.row(0).inset(left: 1)
    var line: Line = []
    for item in fitting(width: room.width, glyphs: canvas.glyphs) {
      if !line.isEmpty { line.append(Span(String(repeating: " ", count: Self.gap), .footerText)) }
      line.append(Span(item.key, .footerKey))
      line.append(Span(" " + item.label, .footerText))
    }
    canvas.put(line, at: 0, 0, in: room)
  }
}
