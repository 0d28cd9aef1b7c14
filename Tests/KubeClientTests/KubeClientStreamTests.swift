import ControlPlane
import Dispatch
import Synchronization
import Testing

@testable import KubeClient

@Suite(.timeLimit(.minutes(10))) struct KubeClientStreamTests {
  private static let watch = APIRequest(
    .get, "/api/v1/events", query: [.init("watch", "1")], timeout: nil)
  private static let chunkedHead =
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"

  private func collect(_ client: KubeClient) async throws -> String {
    var bytes: [UInt8] = []
    for try await piece in client.stream(Self.watch) { bytes += piece }
    return String(decoding: bytes, as: UTF8.self)
  }

  @Test func piecesComeAsTheyAreSent() async throws {
    // One a connection: whoever else finds this port takes nobody's turn.
    let turns = Record<DispatchSemaphore>()
    let server = try TestServer { connection in
      guard connection.request() != nil else { return }
      let next = DispatchSemaphore(value: 0)
      turns.add(next)
      connection.write(Self.chunkedHead)
      for number in 1...3 {
        connection.chunk("{\"n\":\(number)}\n")
        next.wait()
      }
      connection.write("0\r\n\r\n")
    }
    let client = try KubeClient(url: server.url)
    var pieces: [String] = []
    for try await piece in client.stream(Self.watch) {
      pieces.append(String(decoding: piece, as: UTF8.self))
      if !piece.isEmpty { for next in turns.all { next.signal() } }
    }
    #expect(pieces.first == "")
    #expect(pieces.dropFirst() == ["{\"n\":1}\n", "{\"n\":2}\n", "{\"n\":3}\n"])
    await client.shutdown()
  }

  /// An empty piece says so, before the server has anything to tell.
  @Test func aSilentWatchIsKnownToBeOpen() async throws {
    let server = try TestServer { connection in
      _ = connection.request()
      connection.write(Self.chunkedHead)
      connection.waitUntilClosed()
    }
    let client = try KubeClient(url: server.url)
    for try await piece in client.stream(Self.watch) {
      #expect(piece.isEmpty)
      break
    }
    await client.shutdown()
  }

  @Test func leavingTheIterationClosesTheWatch() async throws {
    let gone = Happening()
    let server = try TestServer { connection in
      _ = connection.request()
      connection.write(Self.chunkedHead)
      connection.chunk("{}\n")
      connection.waitUntilClosed()
      gone.happen()
    }
    let client = try KubeClient(url: server.url)
    for try await _ in client.stream(Self.watch) { break }
    await gone.wait()
    await client.shutdown()
  }

  @Test func cancellingTheTaskClosesTheWatch() async throws {
    let gone = Happening()
    let open = Happening()
    let server = try TestServer { connection in
      _ = connection.request()
      connection.write(Self.chunkedHead)
      connection.chunk("{}\n")
      connection.waitUntilClosed()
      gone.happen()
    }
    let client = try KubeClient(url: server.url)
    let task = Task {
      for try await _ in client.stream(Self.watch) { open.happen() }
    }
    await open.wait()
    task.cancel()
    await gone.wait()
    try await task.value
    await client.shutdown()
  }

  @Test func aBrokenWatchIsUnreachableAfterWhatCame() async throws {
    let server = try TestServer { connection in
      _ = connection.request()
      connection.write(Self.chunkedHead)
      connection.chunk("{}\n")
    }
    let client = try KubeClient(url: server.url)
    var count = 0
    let error = await apiError {
      for try await piece in client.stream(Self.watch) { count += piece.count }
    }
    #expect(count == 3)
    #expect(error?.kind == .unreachable)
    #expect(error?.subject == Self.watch.subject)
    await client.shutdown()
  }

  @Test func aRefusedWatchSaysWhy() async throws {
    let server = try TestServer { connection in
      while connection.request() != nil {
        connection.answer(
          #"{"kind":"Status","code":410,"reason":"Expired","message":"too old"}"#,
          status: "410 Gone")
      }
    }
    let client = try KubeClient(url: server.url)
    let error = await apiError { _ = try await collect(client) }
    #expect(error?.kind == .gone)
    #expect(error?.reason == "Expired")
    await client.shutdown()
  }

  @Test func aLoginPageInPlaceOfAWatchIsNoEvent() async throws {
    let server = try TestServer { connection in
      while connection.request() != nil {
        connection.answer("<html>Sign in</html>", type: "text/html")
      }
    }
    let client = try KubeClient(url: server.url)
    let error = await apiError { _ = try await collect(client) }
    #expect(error?.kind == .protocol)
    #expect(error?.message.contains("Sign in") == true)
    await client.shutdown()
  }

  @Test func twentyWatchesAreOpenAtOnce() async throws {
    let waiting = Mutex(0)
    let all = DispatchSemaphore(value: 0)
    let server = try TestServer { connection in
      _ = connection.request()
      connection.write(Self.chunkedHead)
      // Nobody gets an event before everybody is here.
      let count = waiting.withLock { count in
        count += 1
        return count
      }
      if count == 20 { for _ in 0..<20 { all.signal() } }
      all.wait()
      connection.chunk("{}\n")
      connection.write("0\r\n\r\n")
    }
    let client = try KubeClient(url: server.url)
    let bodies = try await withThrowingTaskGroup(of: String.self) { group in
      for _ in 0..<20 { group.addTask { try await collect(client) } }
      var bodies: [String] = []
      for try await body in group { bodies.append(body) }
      return bodies
    }
    #expect(bodies == Array(repeating: "{}\n", count: 20))
    await client.shutdown()
  }
}
