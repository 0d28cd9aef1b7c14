import Foundation
import Glibc

/// A server on 127.0.0.1 that answers whatever comes with the same bytes.
final class CannedServer: Sendable {
  let port: Int
  private let listener: Int32

  init(answering answer: String) throws {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isListening = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        bind(listener, pointer, length) == 0 && listen(listener, 16) == 0
          && getsockname(listener, pointer, &length) == 0
      }
    }
    guard isListening else { throw DidNotHappen(description: "no port to listen on") }
    port = Int(UInt16(bigEndian: address.sin_port))
    self.listener = listener
    Thread.detachNewThread {
      while case let client = accept(listener, nil, nil), client >= 0 {
        Self.answer(client, with: Array(answer.utf8))
      }
      close(listener)
    }
  }

  deinit { shutdown(listener, Int32(SHUT_RDWR)) }

  private static func answer(_ client: Int32, with bytes: [UInt8]) {
    var request = [UInt8](repeating: 0, count: 16_384)
    _ = recv(client, &request, request.count, 0)
    _ = send(client, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    shutdown(client, Int32(SHUT_WR))
    // Closing with unread bytes would reset the connection before the answer is read.
    while recv(client, &request, request.count, 0) > 0 {}
    close(client)
  }
}
