import ControlPlane
import Manifest
import TestSupport

@testable import Simulation

/// A call that somebody made on a real Karmada 1.12.5, and its answer.
struct RecordedCall: Sendable {
  static let traces = [
    "api-verdicts", "cluster-outage", "failover-purge-never", "field-override",
    "migrate-and-rollback", "stateful-failover-twice",
  ]

  struct Answer: Sendable {
    var status: Int
    var body: JSONValue
  }

  var trace: String
  var t: Double
  var what: String
  var method: String
  /// Without the query.
  var path: String
  var query: [APIRequest.QueryItem]
  var contentType: String
  /// Null when there was none.
  var body: JSONValue
  var status: Int
  var answer: JSONValue

  static func all() throws -> [RecordedCall] { try traces.flatMap(of(trace:)) }

  static func of(trace: String) throws -> [RecordedCall] {
    try Fixture.bytes("traces/\(trace).trace.jsonl").split(separator: UInt8(ascii: "\n"))
      .compactMap { line in
        let entry = try JSONValue(parsing: line)
        guard let what = entry["operator"]?.string, let request = entry["request"] else {
          return nil
        }
        let parts = (request["path"]?.string ?? "").split(separator: "?", maxSplits: 1)
        return RecordedCall(
          trace: trace, t: Trace.seconds(entry["t"]) ?? 0, what: what,
          method: request["method"]?.string ?? "", path: String(parts.first ?? ""),
          query: parts.dropFirst().flatMap { $0.split(separator: "&") }.map { item in
            let pair = item.split(separator: "=", maxSplits: 1)
            return .init(String(pair[0]), pair.count > 1 ? String(pair[1]) : "")
          },
          contentType: request["contentType"]?.string ?? "application/json",
          body: request["body"] ?? .null, status: entry[path: "response", "status"]?.int ?? 0,
          answer: entry[path: "response", "body"] ?? .null)
      }
  }

  /// Makes the same call.
  func send(to plane: SimulatedControlPlane, body: JSONValue) async throws -> Answer {
    var query = query
    // The recorder's name for itself; it is told by its User-Agent.
    if !query.contains(where: { $0.name == "fieldManager" }) {
      query.append(.init("fieldManager", "recorder"))
    }
    let request = APIRequest(
      APIRequest.Method(rawValue: method) ?? .get, path, query: query, contentType: contentType,
      body: body == .null ? nil : body.serialized())
    switch plane.exchange(request) {
    case .answer(let response):
      return Answer(status: response.status, body: try JSONValue(parsing: response.body))
    case .watch: return Answer(status: 0, body: .null)
    }
  }

  /// An answer without what is different each time: ids, versions, times, owners of fields.
  static func shape(_ value: JSONValue) -> JSONValue {
    switch value {
    case .object(let object):
      var out: JSONObject = [:]
      for (key, member) in object.members {
        if key == "managedFields" { continue }
        let isOwn =
          ["uid", "resourceVersion", "creationTimestamp", "generation"].contains(key)
          || key.hasSuffix("permanent-id")
        out[key] = isOwn ? "…" : shape(member)
      }
      return .object(out)
    case .array(let items): return .array(items.map(shape))
    case .string(let text): return .string(shape(text))
    default: return value
    }
  }

  /// A message quotes a uid or a whole object.
  private static func shape(_ text: String) -> String {
    if let quoted = text.firstRange(of: "Invalid value: \"{"),
      let why = text.firstRange(of: "strict decoding error")
    {
      return text[..<quoted.upperBound] + "… " + text[why.lowerBound...]
    }
    return text.replacing(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/, with: "…")
  }
}

extension KarmadaAdmission.Tolerations {
  /// As the recorded Karmada was started.
  static let recorded = KarmadaAdmission.Tolerations(notReadySeconds: 30, unreachableSeconds: 30)
}

extension RecordedCall {
  /// The recorder kept one body only after it had changed it back.
  var corrected: JSONValue {
    guard what == "new purgeMode name on 1.12" else { return body }
    var body = body
    body["spec"]?["failover"]?["application"]?["purgeMode"] = "Directly"
    return body
  }
}
