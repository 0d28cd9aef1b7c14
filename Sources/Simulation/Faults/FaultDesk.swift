import ControlPlane
import Manifest

/// The admin path: faults as a resource of their own, outside Kubernetes' API.
///
/// `GET /quarterdeck/faults` lists what is in force and what can be, `POST` takes a line as text
/// or as `{"fault": LINE}`, `DELETE` ends all, or `/quarterdeck/faults/NUMBER` one. It stands
/// above the faults, so that a revoked token or a restart can be undone.
enum FaultDesk {
  static let path = "/quarterdeck/faults"

  static func isMeant(by request: APIRequest) -> Bool {
    request.path == path || request.path.hasPrefix(path + "/")
  }

  /// The line a request asks for; nil when it only wants to look.
  static func line(of request: APIRequest) throws(StatusError) -> FaultLine? {
    let rest = request.path.dropFirst(path.count).drop { $0 == "/" }
    switch (request.method, rest.isEmpty) {
    case (.get, true): return nil
    case (.post, true): return try parse(try text(of: request))
    case (.delete, true): return .clear(nil)
    case (.delete, false): return try parse("clear \(rest)")
    default: throw .methodNotAllowed()
    }
  }

  private static func parse(_ line: String) throws(StatusError) -> FaultLine {
    do throws(FaultLine.Failure) {
      return try FaultLine(parsing: line)
    } catch {
      throw .badRequest(error.description)
    }
  }

  private static func text(of request: APIRequest) throws(StatusError) -> String {
    guard let body = request.body, let text = String(validating: body, as: UTF8.self) else {
      throw .badRequest("a fault is a line of UTF-8 text, or {\"fault\": LINE}")
    }
    guard text.first(where: { !$0.isWhitespace }) == "{" else { return text }
    do {
      guard let line = try JSONValue(parsing: body)["fault"]?.string else {
        throw StatusError.badRequest("the object has no \"fault\"")
      }
      return line
    } catch {
      throw .badRequest("a fault is a line of text, or {\"fault\": LINE}: \(error)")
    }
  }

  static func list(_ active: [ActiveFault]) -> JSONValue {
    [
      "kind": "FaultList", "apiVersion": "quarterdeck/v1",
      "active": .array(active.map(value)),
      "known": .array(
        FaultLine.words.map {
          .object(["fault": .string($0.syntax), "help": .string($0.help)])
        }),
    ]
  }

  private static func value(_ fault: ActiveFault) -> JSONValue {
    [
      "id": .int(Int64(fault.id)), "fault": .string(fault.fault.description),
      "since": .string(fault.since.rfc3339), "met": .int(Int64(fault.met)),
    ]
  }
}
