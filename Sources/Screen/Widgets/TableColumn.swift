/// A column of a table. Where the screen is too narrow for all, those with the highest
/// `priority` number vanish first; 0 stays always.
public struct TableColumn: Hashable, Sendable {
  public enum Order: Hashable, Sendable { case ascending, descending }

  public var title: String
  /// With less than this it vanishes rather than being squeezed.
  public var minimum: Int
  /// With more than this it gains nothing, unless it is flexible.
  public var ideal: Int
  public var priority: Int
  /// Takes what room the others leave.
  public var isFlexible: Bool
  public var alignment: Alignment
  /// The order of the rows, if they are in this column's.
  public var order: Order?

  public init(
    _ title: String, minimum: Int, ideal: Int? = nil, priority: Int = 0,
    isFlexible: Bool = false, alignment: Alignment = .left, order: Order? = nil
  ) {
    self.title = title
    self.minimum = min(max(1, minimum), 1_000)
    self.ideal = min(max(self.minimum, ideal ?? minimum), 1_000)
    self.priority = priority
    self.isFlexible = isFlexible
    self.alignment = alignment
    self.order = order
  }

  static let gap = 2

  /// Columns from this priority on are extras: they show only where the first two priorities have
  /// all the room they gain from.
  static let extraPriority = 4

  private var comfortable: Int { priority <= 1 ? ideal : minimum }

  /// The columns that show in `width` cells, by index, and how wide each is.
  static func fit(_ columns: [TableColumn], width: Int) -> [(index: Int, width: Int)] {
    var kept = Array(columns.indices)
    func total(_ size: (TableColumn) -> Int) -> Int {
      kept.reduce(max(0, kept.count - 1) * gap) { $0 + size(columns[$1]) }
    }
    // What matters most is to be read whole before what matters least is shown at all.
    while total(\.comfortable) > width,
      let worst = kept.filter({ columns[$0].priority >= extraPriority })
        .max(by: { columns[$0].priority <= columns[$1].priority })
    {
      kept.removeAll { $0 == worst }
    }
    while kept.count > 1, total(\.minimum) > width {
      // Of equals the rightmost goes.
      guard let worst = kept.max(by: { columns[$0].priority <= columns[$1].priority }) else {
        break
      }
      kept.removeAll { $0 == worst }
    }
    var left = width - total(\.minimum)
    var widths = kept.map { columns[$0].minimum }
    if left < 0, !widths.isEmpty { widths[0] = max(0, widths[0] + left) }
    let byPriority = kept.indices.sorted {
      (columns[kept[$0]].priority, $0) < (columns[kept[$1]].priority, $1)
    }
    for position in byPriority where left > 0 {
      let extra = min(left, columns[kept[position]].ideal - widths[position])
      widths[position] += max(0, extra)
      left -= max(0, extra)
    }
    let flexible = kept.indices.filter { columns[kept[$0]].isFlexible }
    for (done, position) in flexible.enumerated() where left > 0 {
      let share = left / (flexible.count - done)
      widths[position] += share
      left -= share
    }
    return zip(kept, widths).map { ($0, $1) }
  }
}
