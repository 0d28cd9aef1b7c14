import Manifest
import Synchronization
import Testing

@testable import KubeClient

@Suite struct CredentialsTests {
  private static func plugin() throws -> CredentialSource {
    try Sample.resolve(
      user: "  exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: x}"
    ).credential
  }

  private final class Clock: Sendable {
    let now = Mutex(Time(seconds: 1_000_000))
    func advance(_ by: Duration) { now.withLock { $0 = $0 + by } }
    var read: Time { now.withLock { $0 } }
  }

  @Test func isFetchedAnewTenSecondsBeforeItsEnd() async throws {
    let clock = Clock()
    let runs = Record<Time>()
    let credentials = Credentials(
      try Self.plugin(), reader: .memory([:]), now: { clock.read },
      run: { _ in
        runs.add(clock.read)
        return Credential(token: Secret("\(runs.all.count)"), expires: clock.read + .seconds(60))
      })
    #expect(try await credentials.current().token?.revealed == "1")
    clock.advance(.seconds(49))
    #expect(try await credentials.current().token?.revealed == "1")
    clock.advance(.seconds(1))
    #expect(try await credentials.current().token?.revealed == "2")
  }

  @Test func manyRequestsShareOneFetch() async throws {
    let runs = Record<Int>()
    let gate = Happening()
    let credentials = Credentials(
      try Self.plugin(), reader: .memory([:]), now: { Time(seconds: 0) },
      run: { _ in
        runs.add(1)
        await gate.wait()
        return Credential(token: Secret("t"))
      })
    try await withThrowingTaskGroup(of: Credential.self) { group in
      for _ in 0..<20 { group.addTask { try await credentials.current() } }
      gate.happen()
      for try await credential in group { #expect(credential.token == Secret("t")) }
    }
    #expect(runs.all.count == 1)
  }

  @Test func aCancelledCallerDoesNotWaitForThePlugin() async throws {
    let started = Happening()
    let gate = Happening()
    let credentials = Credentials(
      try Self.plugin(), reader: .memory([:]), now: { Time(seconds: 0) },
      run: { _ in
        started.happen()
        await gate.wait()
        return Credential(token: Secret("t"))
      })
    let caller = Task { try await credentials.current() }
    await started.wait()
    caller.cancel()
    await #expect(throws: CancellationError.self) { try await caller.value }
    gate.happen()
    #expect(try await credentials.current().token == Secret("t"))
  }

  @Test func onlyTheCredentialThatWasRefusedIsDropped() async throws {
    let runs = Record<Int>()
    let credentials = Credentials(
      try Self.plugin(), reader: .memory([:]), now: { Time(seconds: 0) },
      run: { _ in
        runs.add(1)
        return Credential(token: Secret("\(runs.all.count)"))
      })
    let first = try await credentials.current()
    let second = try await credentials.replace(first)
    #expect(second?.token == Secret("2"))
    #expect(try await credentials.replace(first)?.token == Secret("2"))
    #expect(runs.all.count == 2)
  }

  @Test func aFixedTokenHasNoReplacement() async throws {
    let credentials = Credentials(
      .token(Secret("t")), reader: .memory([:]), now: { Time(seconds: 0) })
    let credential = try await credentials.current()
    #expect(try await credentials.replace(credential) == nil)
  }

  @Test func aFailedFetchIsTriedAgain() async throws {
    let runs = Record<Int>()
    let credentials = Credentials(
      try Self.plugin(), reader: .memory([:]), now: { Time(seconds: 0) },
      run: { _ in
        runs.add(1)
        if runs.all.count == 1 { throw CredentialError("no") }
        return Credential(token: Secret("t"))
      })
    await #expect(throws: CredentialError.self) { try await credentials.current() }
    #expect(try await credentials.current().token == Secret("t"))
  }
}
