import Karmada
import Manifest
import TestSupport
import Testing

@testable import Dashboard

/// A row with no meaning.
struct PlainRow: ListRow, Hashable {
  var key: RowKey
  var number: Int64
  var word: String

  var searchTexts: [String] { [key.object.name, word] }

  func values(of field: FilterField) -> [String]? {
    switch field {
    case .name: [key.object.name]
    case .kind: [word]
    default: nil
    }
  }

  static let filterFields: [FilterField] = [.name, .kind]
  static let defaultSort = Sort("number")
  static let columns: [Column<PlainRow>] = [
    Column("number", "NUMBER", width: 1...9, rank: 0) {
      SortKey($0.number)
    } cell: { row, _ in
      [Span("\(row.number)")]
    },
    Column("word", "WORD", width: 1...9, rank: 1) {
      SortKey(0, $0.word)
    } cell: { row, _ in
      [Span(row.word)]
    },
  ]
}

/// What `RowTable` promises, done in the plainest way.
private struct NaiveTable {
  var rows: [RowKey: (row: PlainRow, generation: UInt32)] = [:]
  var sort = PlainRow.defaultSort
  var filter = Filter()

  var visible: [PlainRow] {
    rows.values.map(\.row).filter(passes).sorted(by: isBefore)
  }

  private func passes(_ row: PlainRow) -> Bool {
    let text = Array(row.searchTexts.map { $0.lowercased() + " " }.joined().utf8)
    return text.withUnsafeBufferPointer { filter.matches($0) { row.values(of: $0) } }
  }

  private func isBefore(_ a: PlainRow, _ b: PlainRow) -> Bool {
    guard let column = PlainRow.columns.first(where: { $0.id == sort.column }) else { return false }
    let (ka, kb) = (column.sortKey(a), column.sortKey(b))
    if ka == kb { return a.key < b.key }
    return (ka < kb) != sort.descending
  }

  mutating func upsert(_ batch: [PlainRow], _ generation: UInt32?) {
    for row in batch {
      rows[row.key] = (row, generation ?? rows[row.key]?.generation ?? 0)
    }
  }

  mutating func removeRows(of feed: FeedID, olderThan generation: UInt32) -> Set<RowKey> {
    let gone = rows.filter { $0.key.feed == feed && $0.value.generation != generation }.keys
    for key in gone { rows[key] = nil }
    return Set(gone)
  }
}

@Suite struct RowTableTests {
  private static let words = ["Red", "green", "BLUE", "dark-red", "sea.green", "Élan", "日本"]
  private static let filters = [
    "", "r", "re", "red", "red !dark", "kind:blue", "name:n1*", "!name:n1*", "g gr", "zzz", "É",
    "dr",
  ]

  @Test(arguments: 0..<20)
  func doesWhatANaiveTableDoes(seed: Int) {
    var random = SeededGenerator(seed: UInt64(seed))
    var table = RowTable<PlainRow>()
    var naive = NaiveTable()
    func key() -> RowKey {
      RowKey(
        Bool.random(using: &random) ? .clusters : .events,
        ObjectKey(name: "n\(Int.random(in: 0..<150, using: &random))"))
    }
    for _ in 0..<60 {
      switch Int.random(in: 0..<10, using: &random) {
      case 0..<5:
        let size = Bool.random(using: &random) ? 1...5 : 1...200
        let batch = (0..<Int.random(in: size, using: &random)).map { _ in
          PlainRow(
            key: key(), number: Int64.random(in: 0..<8, using: &random),
            word: Self.words.randomElement(using: &random) ?? "")
        }
        let generation: UInt32? = [nil, 1, 2].randomElement(using: &random) ?? nil
        table.upsert(batch, generation: generation)
        naive.upsert(batch, generation)
      case 5, 6:
        let keys = (0..<Int.random(in: 0...120, using: &random)).map { _ in key() }
        table.remove(keys)
        for key in keys { naive.rows[key] = nil }
      case 7:
        let generation = UInt32.random(in: 0...2, using: &random)
        let gone = table.removeRows(of: .clusters, olderThan: generation)
        #expect(Set(gone.map(\.key)) == naive.removeRows(of: .clusters, olderThan: generation))
      case 8:
        let sort = Sort(
          Bool.random(using: &random) ? "number" : "word",
          descending: Bool.random(using: &random))
        table.setSort(sort)
        naive.sort = sort
      default:
        let text = Self.filters.randomElement(using: &random) ?? ""
        let filter = Filter(text, fields: PlainRow.filterFields)
        table.setFilter(filter)
        naive.filter = filter
      }
      expectSame(table, naive)
    }
  }

  private func expectSame(_ table: RowTable<PlainRow>, _ naive: NaiveTable) {
    let expected = naive.visible
    let shown = (0..<table.visibleCount).compactMap { table.row(at: $0) }
    #expect(shown == expected)
    #expect(table.count == naive.rows.count)
    #expect(Set(table.rows) == Set(naive.rows.values.map(\.row)))
    #expect(expected.map { table.position(of: $0.key) } == Array(0..<expected.count))
    let hidden = Set(naive.rows.keys).subtracting(expected.map(\.key))
    #expect(hidden.allSatisfy { table.position(of: $0) == nil })
    #expect(naive.rows.allSatisfy { table.row($0.key) == $0.value.row })
    #expect(table.row(at: -1) == nil)
    #expect(table.row(at: expected.count) == nil)
  }

  /// What is empty and what is nothing but the beginning that all others share are not the same.
  @Test(arguments: [false, true])
  func anEmptyTextSortsApartFromTheOnlyOtherOne(descending: Bool) {
    var table = RowTable<PlainRow>()
    let rows = (0..<6).map { i in
      PlainRow(
        key: RowKey(.events, ObjectKey(name: "\(i)")), number: 0,
        word: i.isMultiple(of: 2) ? "" : "shop")
    }
    table.upsert(rows, generation: 0)
    table.setSort(Sort("word", descending: descending))
    let words = (0..<6).compactMap { table.row(at: $0)?.word }
    #expect(words == words.sorted { descending ? $0 > $1 : $0 < $1 })
    table.remove(rows.map(\.key))
    #expect(table.visibleCount == 0)
  }

  @Test func theLastOfTwoWithOneKeyCounts() {
    for padding in [0, 100] {
      var table = RowTable<PlainRow>()
      let key = RowKey(.clusters, ObjectKey(name: "a"))
      let others = (0..<padding).map {
        PlainRow(key: RowKey(.events, ObjectKey(name: "\($0)")), number: 5, word: "other")
      }
      let twice = [1, 9].map { PlainRow(key: key, number: $0, word: "w\($0)") }
      table.upsert(twice + others, generation: 1)
      table.upsert(twice + others, generation: 1)
      #expect(table.count == padding + 1)
      #expect(table.row(at: table.count - 1)?.word == "w9")
    }
  }

  @Test func textOfRowsThatChangedALotIsStillFound() {
    var table = RowTable<PlainRow>()
    let key = RowKey(.clusters, ObjectKey(name: "a"))
    let steady = PlainRow(key: RowKey(.events, ObjectKey(name: "b")), number: 1, word: "steady")
    table.upsert([steady], generation: 1)
    let long = String(repeating: "x", count: 5000)
    for round in 0..<60 {
      table.upsert([PlainRow(key: key, number: 2, word: "\(long)\(round)")], generation: 1)
    }
    table.setFilter(Filter("steady", fields: []))
    #expect(table.row(at: 0) == steady)
    table.setFilter(Filter("x59", fields: []))
    #expect(table.row(at: 0)?.key == key)
    table.setFilter(Filter("x58", fields: []))
    #expect(table.visibleCount == 0)
  }
}
