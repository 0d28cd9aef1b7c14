import Foundation
import Glibc

/// A server on 127.0.0.1 that answers as a test says, however wrong that is.
final class CannedServer: Sendable {
  /// What happens on one connection.
  struct Answer: Sendable {
    var bytes: [UInt8]
    /// Afterwards nothing more comes, and the connection stays.
    var staysOpen = false

    /// Nothing at all, ever.
    static let silence = Answer(bytes: [], staysOpen: true)

    init(bytes: [UInt8], staysOpen: Bool = false) {
      (self.bytes, self.staysOpen) = (bytes, staysOpen)
    }

    /// - Parameter length: what the head promises, if that is not the truth.
    init(_ body: String, type: String = "application/json", length: Int? = nil) {
      let head =
        "HTTP/1.1 200 OK\r\nContent-Type: \(type)\r\nConnection: close\r\n"
        + "Content-Length: \(length ?? body.utf8.count)\r\n\r\n"
      bytes = Array((head + body).utf8)
    }

    /// A watch that is open and quiet.
    static let quietWatch = Answer(
      bytes: Array(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
          .utf8), staysOpen: true)
  }

  let port: Int
  private let listener: Int32

  convenience init(answering answer: String) throws {
    let bytes = Array(answer.utf8)
    try self.init { _ in Answer(bytes: bytes) }
  }

  /// - Parameter answer: what to say to a request for that path and query.
  init(_ answer: @escaping @Sendable (_ target: String) -> Answer) throws {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isListening = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        bind(listener, pointer, length) == 0 && listen(listener, 64) == 0
          && getsockname(listener, pointer, &length) == 0
      }
    }
    guard isListening else { throw DidNotHappen(description: "no port to listen on") }
    port = Int(UInt16(bigEndian: address.sin_port))
    self.listener = listener
    Thread.detachNewThread {
      while case let client = accept(listener, nil, nil), client >= 0 {
        Thread.detachNewThread { Self.serve(client, answer) }
      }
      close(listener)
    }
  }

  deinit { shutdown(listener, Int32(SHUT_RDWR)) }

  private static func serve(_ client: Int32, _ answer: (String) -> Answer) {
    var request = [UInt8](repeating: 0, count: 16_384)
    let count = recv(client, &request, request.count, 0)
    let words = String(decoding: request.prefix(max(0, count)), as: UTF8.self).split(separator: " ")
    let answer = answer(words.count > 1 ? String(words[1]) : "")
    var sent = 0
    answer.bytes.withUnsafeBytes { bytes in
      while sent < bytes.count {
        let more = send(
          client, bytes.baseAddress?.advanced(by: sent), bytes.count - sent, Int32(MSG_NOSIGNAL))
        guard more > 0 else { break }
        sent += more
      }
    }
    if !answer.staysOpen { shutdown(client, Int32(SHUT_WR)) }
    // Until the other side has had enough: closing with unread bytes would reset the connection
    // before the answer is read.
    while recv(client, &request, request.count, 0) > 0 {}
    close(client)
  }
}
