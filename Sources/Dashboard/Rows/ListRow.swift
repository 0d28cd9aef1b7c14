import Karmada
import Manifest

/// One line of a pane's list.
public protocol ListRow: Sendable {
  var key: RowKey { get }
  /// What plain filter words search: the texts that the row shows, without times and ages.
  var searchTexts: [String] { get }
  /// The values a `field:value` filter word compares with; nil when rows of this kind have no
  /// such field.
  func values(of field: FilterField) -> [String]?
  /// A number by which the few rows that matter to something are found among many thousand
  /// without looking at them all (`RowTable.rows(tagged:)`).
  var tag: UInt32 { get }
  static var columns: [Column<Self>] { get }
  static var defaultSort: Sort { get }
  /// Fields that `values(of:)` knows, for completion and error messages.
  static var filterFields: [FilterField] { get }
}

extension ListRow {
  public var tag: UInt32 { 0 }
}

public enum FilterField: String, CaseIterable, Sendable {
  case ns
  case kind
  case name
  case cluster
  case policy
  case health
  case applied
  case reason
  case outcome
  case when
  case label
  case type
}

/// By which column a list is sorted.
public struct Sort: Hashable, Sendable {
  public var column: String
  public var descending: Bool
  public init(_ column: String, descending: Bool = false) {
    self.column = column
    self.descending = descending
  }
}

/// What a column sorts by: the number first, then the text.
public struct SortKey: Comparable, Sendable {
  public var number: Int64
  public var text: String
  public init(_ number: Int64 = 0, _ text: String = "") {
    self.number = number
    self.text = text
  }
  public static func < (a: SortKey, b: SortKey) -> Bool {
    a.number == b.number ? a.text < b.text : a.number < b.number
  }
}

/// One column of a list: how wide, how important, what it shows and how it sorts.
public struct Column<Row>: Sendable {
  public enum Alignment: Sendable { case left, right }
  public var id: String
  public var title: String
  /// Narrower than this a column is left out rather than shown.
  public var minWidth: Int
  public var maxWidth: Int
  /// 0 is never left out; the highest number goes first when the screen is narrow.
  public var rank: Int
  public var alignment: Alignment
  public var sortKey: @Sendable (Row) -> SortKey
  public var cell: @Sendable (Row, Time) -> Line
  private var whole: (@Sendable (Row) -> String)?

  /// - Parameter whole: what the cell says where width does not matter, if that is more.
  public init(
    _ id: String, _ title: String, width: ClosedRange<Int>, rank: Int,
    alignment: Alignment = .left, whole: (@Sendable (Row) -> String)? = nil,
    sortKey: @escaping @Sendable (Row) -> SortKey,
    cell: @escaping @Sendable (Row, Time) -> Line
  ) {
    self.id = id
    self.title = title
    self.minWidth = width.lowerBound
    self.maxWidth = width.upperBound
    self.rank = rank
    self.alignment = alignment
    self.sortKey = sortKey
    self.cell = cell
    self.whole = whole
  }

  /// The cell as text, unabridged, for output that is not a screen.
  public func plain(_ row: Row, _ now: Time) -> String {
    if let whole { return whole(row) }
    let line = cell(row, now)
    return line.count == 1 ? line[0].text : line.map(\.text).joined()
  }
}
