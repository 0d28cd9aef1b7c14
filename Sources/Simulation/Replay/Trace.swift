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
    /// A later list told of it: it happened since the kind was heard of before.
    var isFound = false
  }

  /// A time in which the recorder did not hear of a kind, in seconds.
  struct Gap: Hashable, Sendable {
    var from: Double
    var until: Double
    var plural: String
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
  /// In the order of time; those of one kind in the order in which they were told.
  private(set) var changes: [Change] = []
  public private(set) var calls: [OperatorCall] = []
  public private(set) var notes: [Note] = []
  private(set) var gaps: [Gap] = []
  /// The newest resourceVersion that anything told of each kind, by time: lists of several kinds
  /// are not taken at one moment.
  private var versions: [String: [(t: Double, version: Int64)]] = [:]
  /// The last `t`, in seconds.
  public private(set) var duration = 0.0
  /// The wall clock at t = 0, taken from the timestamps in the objects: good to a second.
  public private(set) var startTime = Time(nanoseconds: 0)
  /// What could not be read: a recording cut off in the middle keeps what came before.
  public private(set) var warnings: [String] = []

  /// Throws when there is nothing to replay, or most of it cannot be read. A broken line is left
  /// out with a warning: what follows tells of whole objects.
  public init(_ bytes: [UInt8]) throws(Failure) {
    var reader = Reader()
    var (broken, first): (Int, Failure?) = (0, nil)
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() where !line.allSatisfy(Self.isSpace) {
      do throws(JSONScanner.Failure) {
        take(try JSONValue(parsing: line), line: index + 1, &reader)
      } catch {
        broken += 1
        let failure = Failure(line: index + 1, message: "not a line of a recording: \(error)")
        first = first ?? failure
        let isLast = lines[(index + 1)...].allSatisfy { $0.allSatisfy(Self.isSpace) }
        warn(isLast ? "line \(index + 1) is cut off" : "line \(index + 1) is broken")
      }
    }
    if let first, broken > reader.count { throw first }
    guard !start.isEmpty || !changes.isEmpty else {
      throw Failure(line: 1, message: "there is nothing to replay: no list and no watch event")
    }
    startTime = Time(nanoseconds: max(0, reader.startTime))
    gaps = reader.lists.gaps
    // What one connection told stays in its order, whatever the clock of the recorder did.
    changes = changes.enumerated().sorted { ($0.element.t, $0.offset) < ($1.element.t, $1.offset) }
      .map(\.element)
  }

  /// What is only of interest while the lines are read.
  private struct Reader {
    var lists = TraceLists()
    /// The wall clock of t = 0 as far as stamps of the control plane tell, or else any others.
    var server = Int64.min
    var others = Int64.min
    var count = 0
    var startTime: Int64 { server > .min ? server : others }
  }

  private static func isSpace(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\r") || byte == UInt8(ascii: "\t")
  }

  private mutating func warn(_ text: String) {
    // A damaged file need not be told line by line.
    if warnings.count < 20 { warnings.append("\(text) and left out") }
  }

  private mutating func take(_ entry: JSONValue, line: Int, _ reader: inout Reader) {
    let t = Self.seconds(entry["t"]) ?? duration
    duration = max(duration, t)
    reader.count += 1
    if let plural = entry["list"]?.string {
      takeList(entry, of: plural, at: t, &reader)
    } else if let plural = entry["resource"]?.string, let event = entry["event"] {
      takeEvent(event, of: plural, at: t, line: line, &reader)
    } else if let what = entry["operator"]?.string {
      calls.append(Self.call(what, entry, t))
    } else if let text = entry["note"]?.string {
      notes.append(Note(t: t, text: Self.noteText(text, entry)))
    } else {
      warn("line \(line) is of no known kind")
    }
    if let newest = Self.newestTime(in: entry) {
      reader.others = max(reader.others, (newest - .seconds(t)).nanoseconds)
    }
  }

  private mutating func takeList(
    _ entry: JSONValue, of plural: String, at t: Double, _ reader: inout Reader
  ) {
    note(version: entry[path: "body", "metadata", "resourceVersion"], of: plural, at: t)
    for object in entry[path: "body", "items"]?.array ?? [] {
      stamp(object, of: plural, at: t, &reader)
    }
    switch reader.lists.take(entry, of: plural, at: t) {
    case .beginning(let items): start[plural, default: []] += items
    case .news(let news): changes += news
    }
  }

  private mutating func takeEvent(
    _ event: JSONValue, of plural: String, at t: Double, line: Int, _ reader: inout Reader
  ) {
    let version = event[path: "object", "metadata", "resourceVersion"]
    note(version: version, of: plural, at: t)
    guard let type = event["type"]?.string, let object = event["object"] else {
      return warn("line \(line) is a watch event without type or object")
    }
    let t = reader.lists.hear(of: plural, at: t)
    guard let kind = Change.Kind(rawValue: type) else { return }  // BOOKMARK, ERROR: no change
    stamp(object, of: plural, at: t, &reader)
    let change = Change(
      t: t, plural: plural, kind: kind, object: object,
      resourceVersion: version?.string.flatMap { Int64($0) } ?? 0)
    reader.lists.note(change)
    changes.append(change)
  }

  /// Takes the wall clock from what the control plane stamps by itself: no member's clock counts,
  /// and no time that somebody wrote into an object.
  private func stamp(
    _ object: JSONValue, of plural: String, at t: Double, _ reader: inout Reader
  ) {
    let metadata = object["metadata"]
    let fields = metadata?["managedFields"]?.array ?? []
    var stamps = [metadata?["creationTimestamp"]] + fields.map { $0["time"] }
    if plural == "events" { stamps += [object["firstTimestamp"], object["lastTimestamp"]] }
    if plural.hasSuffix("resourcebindings") {
      let tasks = object[path: "spec", "gracefulEvictionTasks"]?.array ?? []
      let conditions = object[path: "status", "conditions"]?.array ?? []
      stamps += tasks.map { $0["creationTimestamp"] }
      stamps += conditions.map { $0["lastTransitionTime"] }
      stamps.append(object[path: "status", "lastScheduledTime"])
    }
    let times = stamps.compactMap { $0?.string.flatMap(Time.init(rfc3339:)) }
    guard let newest = times.max() else { return }
    reader.server = max(reader.server, (newest - .seconds(t)).nanoseconds)
  }

  private mutating func note(version: JSONValue?, of plural: String, at t: Double) {
    guard let version = version?.string.flatMap({ Int64($0) }) else { return }
    let known = versions[plural]?.last?.version ?? 0
    versions[plural, default: []].append((t, max(version, known)))
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
      // A bare nil would be JSON's null, and stay.
      let standing: JSONValue? = change.kind == .deleted ? .none : change.object
      byKey[Self.key(change.object)] = standing
    }
    return byKey.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  static func key(_ object: JSONValue) -> String {
    let namespace = object[path: "metadata", "namespace"]?.string ?? ""
    let name = object[path: "metadata", "name"]?.string ?? ""
    return namespace.isEmpty ? name : "\(namespace)/\(name)"
  }

  /// The newest version of a kind that anybody had seen at `t`.
  func version(of plural: String, at t: Double) -> Int64 {
    versions[plural]?.last { $0.t <= t }?.version ?? 1
  }

  /// What somebody who knows a kind up to a version has missed at `t`. Whatever was told after
  /// that version counts, too: what a list found has a version of before. Telling something twice,
  /// in the order of time, does no harm.
  func changes(of plural: String, after version: Int64, until t: Double) -> [Change] {
    let known = versions[plural]?.first { $0.version >= version }?.t ?? .infinity
    return changes.filter {
      $0.plural == plural && $0.t <= t && ($0.resourceVersion > version || $0.t > known)
    }
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
