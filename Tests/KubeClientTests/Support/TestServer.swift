import Foundation
import Glibc
import Synchronization

/// An HTTP/1.1 server of a few lines, so that a test decides every byte that is sent, and what
/// is not. Each connection runs the handler on a thread of its own and is closed after it.
final class TestServer: Sendable {
  let port: Int
  private let listener: Int32

  init(_ handle: @escaping @Sendable (TestConnection) -> Void) throws {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        bind(listener, pointer, length) == 0 && listen(listener, 64) == 0
          && getsockname(listener, pointer, &length) == 0
      }
    }
    guard listener >= 0, isBound else { throw POSIXError(.EADDRNOTAVAIL) }
    port = Int(UInt16(bigEndian: address.sin_port))
    self.listener = listener
    Thread.detachNewThread {
      while true {
        let connection = accept(listener, nil, nil)
        guard connection >= 0 else { break }
        Thread.detachNewThread {
          let connection = TestConnection(connection)
          handle(connection)
          connection.close()
        }
      }
      Glibc.close(listener)
    }
  }

  deinit { shutdown(listener, Int32(SHUT_RDWR)) }

  /// A server that answers every request with the same bytes.
  convenience init(answering answer: String) throws {
    try self.init { connection in
      while connection.request() != nil { connection.write(answer) }
    }
  }

  var url: String { "http://127.0.0.1:\(port)" }
}

/// A request as it came in.
struct TestRequest: Sendable {
  /// "GET /version HTTP/1.1".
  var line: String
  /// Names in lower case.
  var headers: [(name: String, value: String)]
  var body: String

  func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
}

/// The server's end of one connection.
final class TestConnection: Sendable {
  private let socket: Int32

  init(_ socket: Int32) { self.socket = socket }

  /// The next request; nil when the client closed.
  func request() -> TestRequest? {
    var head: [UInt8] = []
    while !head.ends(with: "\r\n\r\n".utf8) {
      guard let byte = read(1)?.first else { return nil }
      head.append(byte)
    }
    let lines = String(decoding: head, as: UTF8.self).split(separator: "\r\n").map(String.init)
    let headers = lines.dropFirst().map { line in
      let name = line.prefix { $0 != ":" }
      let value = line[name.endIndex...].dropFirst()
      return (name.lowercased(), value.trimmingCharacters(in: .whitespaces))
    }
    var request = TestRequest(line: lines.first ?? "", headers: headers, body: "")
    var body: [UInt8] = []
    let length = request.header("content-length").flatMap { Int($0) } ?? 0
    while body.count < length, let more = read(length - body.count) { body += more }
    request.body = String(decoding: body, as: UTF8.self)
    return request
  }

  func write(_ text: String) { write(bytes: Array(text.utf8)) }

  func write(bytes: [UInt8]) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes {
        send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
  }

  func answer(_ body: String, status: String = "200 OK", type: String = "application/json") {
    write(
      "HTTP/1.1 \(status)\r\nContent-Type: \(type)\r\nContent-Length: \(body.utf8.count)\r\n\r\n"
        + body)
  }

  /// One chunk of a chunked body.
  func chunk(_ text: String) {
    write("\(String(text.utf8.count, radix: 16))\r\n\(text)\r\n")
  }

  /// Returns when the client has closed its side.
  func waitUntilClosed() { while read(1024) != nil {} }

  func close() { Glibc.close(socket) }

  private func read(_ limit: Int) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: limit)
    let count = recv(socket, &bytes, limit, 0)
    return count > 0 ? Array(bytes.prefix(count)) : nil
  }
}

extension Array where Element == UInt8 {
  func ends(with suffix: String.UTF8View) -> Bool {
    self.suffix(suffix.count).elementsEqual(suffix)
  }
}

/// What several threads add to and a test reads.
final class Record<Element: Sendable>: Sendable {
  private let elements = Mutex<[Element]>([])
  func add(_ element: Element) { elements.withLock { $0.append(element) } }
  var all: [Element] { elements.withLock { $0 } }
}

/// Something that happens once, waited for without polling.
final class Happening: Sendable {
  private let stream: AsyncStream<Void>
  private let out: AsyncStream<Void>.Continuation
  init() { (stream, out) = AsyncStream<Void>.makeStream() }
  func happen() { out.finish() }
  func wait() async { for await _ in stream {} }
}
