import ControlPlane
import Foundation
import Testing

@testable import KubeClient

@Suite struct HTTPTransportTests {
  private func request(_ server: TestServer) throws -> HTTPRequest {
    HTTPRequest(url: try ServerURL(parsing: server.url), target: "/x", timeout: .seconds(120))
  }

  @Test(arguments: [9, 10, 11])
  func anAnswerBeyondTheLimitIsNotKept(_ size: Int) async throws {
    let body = String(repeating: "x", count: size)
    let server = try TestServer(
      answering: "HTTP/1.1 200 OK\r\nContent-Length: \(size)\r\n\r\n\(body)")
    let transport = try HTTPTransport()
    var request = try request(server)
    request.bodyLimit = 10
    do {
      #expect(try await transport.send(request).body.count == size)
      #expect(size <= 10)
    } catch let error as APIError {
      #expect(size > 10)
      #expect(error.kind == .protocol)
      #expect(error.message.contains("larger than"))
    }
    transport.shutdown()
  }

  @Test func anAnswerIsUncompressed() async throws {
    // "hello, fleet\n" through gzip -n.
    let packed = try #require(
      Data(base64Encoded: "H4sIAAAAAAAAA8tIzcnJ11FIy0lNLeECAEWZ0/MNAAAA"))
    let server = try TestServer { connection in
      while let request = connection.request() {
        let accepts = request.header("accept-encoding")?.contains("gzip") == true
        guard accepts else { return connection.answer("plain") }
        connection.write(
          "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: \(packed.count)\r\n\r\n")
        connection.write(bytes: Array(packed))
      }
    }
    let transport = try HTTPTransport()
    var request = try request(server)
    #expect(try await transport.send(request).body == Array("hello, fleet\n".utf8))
    request.link.accepts = .none
    #expect(try await transport.send(request).body == Array("plain".utf8))
    transport.shutdown()
  }

  @Test func aTransportThatIsDroppedEndsItsExchanges() async throws {
    let arrived = Happening()
    let gone = Happening()
    let server = try TestServer { connection in
      _ = connection.request()
      arrived.happen()
      connection.waitUntilClosed()
      gone.happen()
    }
    var transport: HTTPTransport? = try HTTPTransport()
    let events = try #require(transport).stream(try request(server))
    await arrived.wait()
    transport = nil
    await #expect(throws: CancellationError.self) { for try await _ in events {} }
    await gone.wait()
  }

  @Test func manyTransportsComeAndGo() async throws {
    let server = try TestServer(answering: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<30 {
        group.addTask {
          let transport = try HTTPTransport()
          for _ in 0..<5 {
            #expect(try await transport.send(try request(server)).head.status == 200)
          }
          transport.shutdown()
        }
      }
      try await group.waitForAll()
    }
  }

  @Test func cancellingAtAnyMomentLeavesNothingHanging() async throws {
    let server = try TestServer(answering: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
    let transport = try HTTPTransport()
    let request = try request(server)
    var generator = SeededGenerator(seed: 7)
    for _ in 0..<300 {
      let task = Task { try await transport.send(request) }
      for _ in 0..<Int.random(in: 0..<20, using: &generator) { await Task.yield() }
      task.cancel()
      do {
        #expect(try await task.value.head.status == 200)
      } catch {
        #expect(error is CancellationError, "\(error)")
      }
    }
    transport.shutdown()
  }

  @Test func certificatesAreReadFromLibcurlsLines() {
    let certificate = PeerCertificate(fields: [
      "Subject:CN = api, O = corp\u{1b}[31m", "Issuer:CN=ca",
      "Start date:Nov  2 17:04:52 2026 GMT", "Expire date:Dec 31 23:59:59 9999 GMT",
      "X509v3 Subject Alternative Name:DNS:api, IP Address:10.0.0.1", "nonsense", "",
    ])
    #expect(certificate.subject == "CN=api, O=corp[31m")
    #expect(certificate.issuer == "CN=ca")
    #expect(certificate.names == ["api", "10.0.0.1"])
    #expect(PeerCertificate.moment(certificate.notBefore)?.rfc3339 == "2026-11-02T17:04:52Z")
    #expect(PeerCertificate.moment(certificate.notAfter) == nil)
    #expect(PeerCertificate.moment("") == nil)
  }
}
