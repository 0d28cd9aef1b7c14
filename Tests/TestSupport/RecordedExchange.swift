import ControlPlane
import Foundation

/// One request to a real server and its whole answer, from Tests/Fixtures/http.
public struct RecordedExchange: Sendable {
  public struct Malformed: Error {
    public var name: String
  }

  public var request: APIRequest
  public var status: Int
  public var headers: [APIResponse.Header]
  public var body: [UInt8]

  /// `name` without ".http". The first line is the request, ">" its headers, "<" the answer's
  /// status and headers; the body follows a blank line.
  public init(named name: String) throws {
    let text = try Fixture.text("http/\(name).http")
    guard let gap = text.range(of: "\n\n") else { throw Malformed(name: name) }
    // The recorder ended each file with one more line end.
    body = Array(text[gap.upperBound...].utf8)
    var lines = text[..<gap.lowerBound].split(separator: "\n")[...]
    let first = lines.popFirst()?.split(separator: " ") ?? []
    guard first.count == 2, let method = APIRequest.Method(rawValue: String(first[0])) else {
      throw Malformed(name: name)
    }
    let parts = first[1].split(separator: "?", maxSplits: 1)
    let query = (parts.count > 1 ? parts[1] : "").split(separator: "&").map { item in
      let pair = item.split(separator: "=", maxSplits: 1)
      return APIRequest.QueryItem(
        String(pair[0]), pair.count > 1 ? Percent.decode(pair[1]) ?? "" : "")
    }
    request = APIRequest(method, String(parts[0]), query: query)
    let answer = lines.filter { $0.hasPrefix("< ") }.map { $0.dropFirst(2) }
    guard let code = answer.first.flatMap({ Int($0.prefix(3)) }) else {
      throw Malformed(name: name)
    }
    status = code
    headers = answer.dropFirst().compactMap { line in
      guard let colon = line.range(of: ": ") else { return nil }
      return APIResponse.Header(
        String(line[..<colon.lowerBound]), String(line[colon.upperBound...]))
    }
  }
}
