import ControlPlane
import Manifest

/// A recorded incident: what lists gave, what watches said, what people did, second by second.
///
/// One JSON object a line, `t` in seconds from the start (see the README's "Replaying an
/// incident"). Pure: reading it is all it does.
public struct Trace: Sendable {
  /// One change to one object.
  struct Change: Sendable {
    enum Kind: String { case added = "ADDED", modified = "MODIFIED", deleted = "DELETED" }
    var t: Double
    var plural: String
    var kind: Kind
    var object: JSONValue
    var resourceVersion: Int64
  }

  /// A call somebody made, and its answer.
  public struct OperatorCall: Sendable {
    public var t: Double
    public var what: String
    public var method: String
    /// Without the query.
    public var path: String
    /// It changed nothing, whatever was answered.
    public var isDryRun: Bool
    public var status: Int
    public var answer: JSONValue
  }

  public struct Note: Hashable, Sendable {
    public var t: Double
    public var text: String
  }

  public struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
    public var line: Int
    public var message: String
    public var description: String { "line \(line): \(message)" }
  }

  /// What was listed at the start, by plural.
  private(set) var start: [String: [JSONValue]] = [:]
  /// In the order of time.
  private(set) var changes: [Change] = []
  public private(set) var calls: [OperatorCall] = []
  public private(set) var notes: [Note] = []
  /// The newest resourceVersion that bookmarks and lists without objects told of, by time.
  private(set) var versions: [(t: Double, version: Int64)] = []
  /// The last `t`, in seconds.
  public private(set) var duration = 0.0
  /// The wall clock at t = 0, taken from the timestamps in the objects: good to a second.
  public private(set) var startTime = Time(nanoseconds: 0)
  /// What could not be read: a recording cut off in the middle keeps what came before.
  public private(set) var warnings: [String] = []

  /// Throws when there is nothing to replay. A broken last line is left out with a warning; a
  /// broken line before it is an error, since what follows would make no sense without it.
  public init(_ bytes: [UInt8]) throws(Failure) {
    let lines = bytes.split(separator: UInt8(ascii: "\n"))
    var earliest = Int64.min
    for (index, line) in lines.enumerated() {
      do throws(JSONScanner.Failure) {
        let entry = try JSONValue(parsing: line)
        earliest = max(earliest, take(entry, line: index + 1))
      } catch {
        guard index == lines.count - 1, index > 0 else {
          throw Failure(line: index + 1, message: "not a line of a recording: \(error)")
        }
        warnings.append("line \(index + 1) is cut off and left out")
      }
    }
    guard !start.isEmpty || !changes.isEmpty else {
      throw Failure(line: 1, message: "there is nothing to replay: no list and no watch event")
    }
    startTime = Time(nanoseconds: max(0, earliest))
    changes.sort { ($0.t, $0.resourceVersion) < ($1.t, $1.resourceVersion) }
  }

  /// Takes one line in; returns the wall clock of t = 0 as far as that line can tell.
  private mutating func take(_ entry: JSONValue, line: Int) -> Int64 {
    let t = Self.seconds(entry["t"]) ?? duration
    duration = max(duration, t)
    if let plural = entry["list"]?.string {
      start[plural, default: []] += entry[path: "body", "items"]?.array ?? []
      note(version: entry[path: "body", "metadata", "resourceVersion"], at: t)
    } else if let plural = entry["resource"]?.string, let event = entry["event"] {
      takeEvent(event, of: plural, at: t, line: line)
    } else if let what = entry["operator"]?.string {
      calls.append(Self.call(what, entry, t))
    } else if let text = entry["note"]?.string {
      notes.append(Note(t: t, text: Self.noteText(text, entry)))
    } else {
      warnings.append("line \(line) is of no known kind and left out")
    }
    guard let newest = Self.newestTime(in: entry) else { return .min }
    return newest.nanoseconds &- Int64(t * 1e9)
  }

  private mutating func takeEvent(
    _ event: JSONValue, of plural: String, at t: Double, line: Int
  ) {
    let version = event[path: "object", "metadata", "resourceVersion"]
    note(version: version, at: t)
    guard let type = event["type"]?.string, let object = event["object"] else {
      warnings.append("line \(line) is a watch event without type or object and left out")
      return
    }
    guard let kind = Change.Kind(rawValue: type) else { return }  // BOOKMARK, ERROR: no change
    changes.append(
      Change(
        t: t, plural: plural, kind: kind, object: object,
        resourceVersion: version?.string.flatMap { Int64($0) } ?? 0))
  }

  private mutating func note(version: JSONValue?, at t: Double) {
    guard let version = version?.string.flatMap({ Int64($0) }) else { return }
    versions.append((t, max(version, versions.last?.version ?? 0)))
  }

  private static func call(_ what: String, _ entry: JSONValue, _ t: Double) -> OperatorCall {
    let path = entry[path: "request", "path"]?.string ?? ""
    return OperatorCall(
      t: t, what: what, method: entry[path: "request", "method"]?.string ?? "GET",
      path: path.split(separator: "?").first.map(String.init) ?? path,
      isDryRun: path.contains("dryRun="),
      status: entry[path: "response", "status"]?.int ?? 0,
      answer: entry[path: "response", "body"] ?? .null)
  }

  /// The note with what it says beside its text: "failed over: ok true, to member2".
  private static func noteText(_ text: String, _ entry: JSONValue) -> String {
    let details = (entry.object?.members ?? [:]).compactMap { key, value -> String? in
      guard key != "t", key != "note" else { return nil }
      switch value {
      case .string(let s): return "\(key) \(s)"
      case .object, .array: return "\(key) \(value.jsonText())"
      default: return "\(key) \(value.jsonText())"
      }
    }
    return details.isEmpty ? text : "\(text): \(details.joined(separator: ", "))"
  }

  static func seconds(_ value: JSONValue?) -> Double? {
    switch value {
    case .double(let d)? where d.isFinite && d >= 0 && d < 1e7: d
    case .int(let i)? where i >= 0 && i < 10_000_000: Double(i)
    default: nil
    }
  }

  /// The newest timestamp anywhere in a document.
  private static func newestTime(in value: JSONValue) -> Time? {
    switch value {
    case .string(let text):
      // "2026-11-22T11:44:16Z" and longer; anything else is not worth parsing.
      guard (20...35).contains(text.utf8.count), text.utf8.first == UInt8(ascii: "2") else {
        return nil
      }
      return Time(rfc3339: text)
    case .array(let items): return items.compactMap(newestTime).max()
    case .object(let object): return object.members.values.compactMap(newestTime).max()
    case .null, .bool, .int, .double, .number: return nil
    }
  }

  // MARK: The state at a moment

  /// Objects of a kind as they stood at `t`, by namespace and name in the order of a list.
  func objects(_ plural: String, at t: Double) -> [(key: String, object: JSONValue)] {
    var byKey: [String: JSONValue] = [:]
    for object in start[plural] ?? [] { byKey[Self.key(object)] = object }
    for change in changes where change.plural == plural && change.t <= t {
      byKey[Self.key(change.object)] = change.kind == .deleted ? nil : change.object
    }
    return byKey.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  static func key(_ object: JSONValue) -> String {
    let namespace = object[path: "metadata", "namespace"]?.string ?? ""
    let name = object[path: "metadata", "name"]?.string ?? ""
    return namespace.isEmpty ? name : "\(namespace)/\(name)"
  }

  /// The newest version anybody had seen at `t`.
  func version(at t: Double) -> Int64 {
    versions.last { $0.t <= t }?.version ?? 1
  }

  /// What the last call on that exact path, or the creation of that object, answered by `t`; nil
  /// when nobody asked. Deleted objects answer nil.
  func answer(path: String, at t: Double) -> (status: Int, body: JSONValue)? {
    var found: (Int, JSONValue)?
    for call in calls where call.t <= t && !call.isDryRun {
      let target =
        call.method == "POST"
        ? "\(call.path)/\(call.answer[path: "metadata", "name"]?.string ?? "")" : call.path
      guard target == path else { continue }
      switch call.method {
      case "DELETE": if call.status < 300 { found = nil }
      case "GET": found = (call.status, call.answer)
      default: if call.status < 300 { found = (200, call.answer) }
      }
    }
    return found
  }
}
