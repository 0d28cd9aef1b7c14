import Karmada
import Manifest

/// A line of the Events pane.
public struct EventRow: ListRow {
  public var event: Event
  public init(_ event: Event) { self.event = event }

  public var key: RowKey { RowKey(.events, event.metadata.key) }
  public var isWarning: Bool { event.type == "Warning" }

  public var objectText: String {
    "\(event.involvedObject.kind)/\(event.involvedObject.name)"
  }

  /// Messages may hold line breaks; a row is one line.
  public var messageLine: String {
    event.message.split(whereSeparator: \.isNewline).joined(separator: " ")
  }

  public var tag: UInt32 {
    let object = event.involvedObject
    return Self.tag(
      kind: object.kind, ObjectKey(namespace: object.namespace, name: object.name))
  }

  /// The tag of events about that object, and of few others.
  public static func tag(kind: String, _ key: ObjectKey) -> UInt32 {
    var hasher = Hasher()
    hasher.combine(kind)
    hasher.combine(key)
    return UInt32(truncatingIfNeeded: hasher.finalize())
  }

  public var searchTexts: [String] {
    [
      event.type, event.reason, event.involvedObject.namespace, event.involvedObject.kind,
      "\(ShortKind.of(event.involvedObject.kind))/\(event.involvedObject.name)", messageLine,
      event.component,
    ]
  }

  public static let filterFields: [FilterField] = [.ns, .kind, .name, .reason, .type]

  public func values(of field: FilterField) -> [String]? {
    switch field {
    case .ns: [event.involvedObject.namespace]
    case .kind: [event.involvedObject.kind]
    case .name: [event.involvedObject.name]
    case .reason: [event.reason]
    case .type: [event.type]
    case .cluster, .policy, .health, .applied, .label, .outcome, .when: nil
    }
  }

  public static let defaultSort = Sort("last", descending: true)

  public static let columns: [Column<EventRow>] = [
    Column("last", "LAST", width: 5...6, rank: 0, alignment: .right) {
      SortKey($0.event.lastTimestamp?.nanoseconds ?? 0)
    } cell: { row, now in
      [Span(Age.since(row.event.lastTimestamp, now: now), .muted)]
    },
    Column("type", "TYPE", width: 4...4, rank: 3) {
      SortKey(0, $0.event.type)
    } cell: { row, _ in
      // Nearly every event is Normal: only the others are worth a word.
      [Span(row.isWarning ? "Warn" : "", .warning)]
    },
    Column("reason", "REASON", width: 12...22, rank: 0) {
      SortKey(0, $0.event.reason)
    } cell: { row, _ in
      [Span(row.event.reason, row.isWarning ? .warning : .text)]
    },
    Column("namespace", "NAMESPACE", width: 8...20, rank: 5) {
      SortKey(0, $0.event.involvedObject.namespace)
    } cell: { row, _ in
      [Span(row.event.involvedObject.namespace)]
    },
    Column("object", "OBJECT", width: 14...40, rank: 1) {
      SortKey(0, $0.objectText)
    } cell: { row, _ in
      ShortKind.cell(row.event.involvedObject.kind, row.event.involvedObject.name)
    },
    Column("count", "COUNT", width: 5...6, rank: 4, alignment: .right) {
      SortKey(-Int64($0.event.count))
    } cell: { row, _ in
      [Span("\(row.event.count)", row.event.count > 1 ? .text : .muted)]
    },
    Column("message", "MESSAGE", width: 20...400, rank: 2) {
      SortKey(0, $0.event.message)
    } cell: { row, _ in
      [Span(row.messageLine)]
    },
  ]
}
