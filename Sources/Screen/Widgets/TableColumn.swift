/// A column of a table. Where the screen is too narrow for all, those with the highest
/// `priority` number vanish first; 0 stays as long as there is room to tell anything.
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

  /// Columns from this priority on are extras: they show only where the first two priorities, and
  /// the flexible column that explains, have all the room they gain from.
  static let extraPriority = 4

  /// With less, what stands in a column cannot be told.
  static let legible = 6

  private var comfortable: Int { priority <= 1 || isFlexible ? ideal : minimum }

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
      // Those that are never left out share what there is, as long as it is enough to tell by.
      if columns[worst].priority == 0, total({ _ in legible }) <= width { break }
      kept.removeAll { $0 == worst }
    }
    var left = width - total(\.minimum)
    var widths = kept.map { columns[$0].minimum }
    // The widest gives first.
    while left < 0, let widest = widths.indices.max(by: { widths[$0] < widths[$1] }),
      widths[widest] > 0
    {
      widths[widest] -= 1
      left += 1
    }
    // The first two priorities share what there is, so that none is whole at another's cost.
    func turn(_ position: Int) -> Int { max(1, columns[kept[position]].priority) }
    for priority in Set(kept.indices.map(turn)).sorted() {
      var wanting = kept.indices.filter { turn($0) == priority }
      while left > 0, !wanting.isEmpty {
        wanting.removeAll { widths[$0] >= columns[kept[$0]].ideal }
        for position in wanting.prefix(left) { widths[position] += 1 }
        left -= min(left, wanting.count)
      }
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
