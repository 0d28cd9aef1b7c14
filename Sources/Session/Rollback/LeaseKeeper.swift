import ControlPlane
import Karmada
import Manifest

/// Carries out what a `LeaseMachine` decides, for one Lease.
actor LeaseKeeper {
  private let plane: any ControlPlane
  private let scope: RollbackScope
  private let now: @Sendable () -> Time
  private let sleep: @Sendable (Duration) async -> Bool
  private var machine: LeaseMachine
  private let mark: ProcessMark?
  private var isBusy = false

  /// - Parameters:
  ///   - mark: what names this process in the identity.
  ///   - sleep: waits; false when nobody wants to wait any longer.
  init(
    _ scope: RollbackScope, on plane: any ControlPlane, identity: String, mark: ProcessMark?,
    duration: Duration,
    now: @escaping @Sendable () -> Time, sleep: @escaping @Sendable (Duration) async -> Bool
  ) {
    self.plane = plane
    self.scope = scope
    self.now = now
    self.sleep = sleep
    self.mark = mark
    mark?.begin()
    machine = LeaseMachine(identity: identity, duration: duration)
  }

  /// Takes it, or says who has it. Throws a `JournalError` when the attempt cannot be noted.
  func acquire() async throws -> RollbackInput.LeaseAnswer {
    try await run(.acquire)
    switch machine.state {
    case .held: return .held
    case .heldBy(let holder): return .heldBy(holder)
    case .failed(let failure): return .failed(failure)
    case .idle, .watching, .lost, .released:
      return .failed(RollbackFailure(.unanswered, "the Lease was not waited for"))
    }
  }

  /// Renews it when it is time to; called before every request.
  func renewIfDue() async {
    guard !isBusy, let due = machine.renewAt, now() >= due else { return }
    do {
      try await run(.renew)
    } catch {
      // What cannot be noted is not sent; the Lease then runs out, and nothing is written without.
    }
  }

  var isHeld: Bool { machine.isHeld(at: now()) }

  /// Why it is no longer held; nil while it is, or before it was.
  var loss: String? {
    switch machine.state {
    case .lost(let why): why
    case .held where !isHeld: "it ran out"
    default: nil
    }
  }

  /// Gives it back. A failure does no harm: it expires.
  func release() async {
    do { try await run(.release) } catch {}
  }

  /// Nothing is sent under it any more; a later attempt of the same run need not wait for it.
  nonisolated func close() { mark?.end() }

  private func run(_ input: LeaseMachine.Input) async throws {
    isBusy = true
    defer { isBusy = false }
    var action = machine.handle(input, at: now())
    while true {
      switch action {
      case .nothing: return
      case .wait(let duration):
        guard await sleep(duration) else { return }
        action = machine.handle(.waited, at: now())
      case .read:
        let found = await read()
        action = machine.handle(.read(found, isHolderGone: Self.isHolderGone(found)), at: now())
      case .create(let lease):
        action = machine.handle(.written(try await write(lease, isNew: true)), at: now())
      case .update(let lease):
        action = machine.handle(.written(try await write(lease, isNew: false)), at: now())
      case .delete(let lease):
        action = machine.handle(.written(try await delete(lease)), at: now())
      }
    }
  }

  private static func isHolderGone(_ found: Result<Lease?, RollbackFailure>) -> Bool {
    guard case .success(let lease?) = found, let identity = LeaseIdentity(lease.holder),
      let mark = ProcessMark(identity.process)
    else { return false }
    return mark.hasEnded
  }

  // MARK: Requests

  private func read() async -> Result<Lease?, RollbackFailure> {
    do {
      let value = try await plane.get(
        .leases, namespace: scope.leaseNamespace, name: scope.leaseName)
      return .success(Lease(LiveObject(value)))
    } catch let error as APIError where error.kind == .notFound {
      return .success(nil)
    } catch {
      return .failure(RollbackFailure(error))
    }
  }

  private func write(_ lease: Lease, isNew: Bool) async throws -> Result<Lease, RollbackFailure> {
    let document = lease.document(name: scope.leaseName, namespace: scope.leaseNamespace)
    do {
      let answer =
        isNew
        ? try await plane.create(.leases, namespace: scope.leaseNamespace, object: document)
        : try await plane.update(
          .leases, namespace: scope.leaseNamespace, name: scope.leaseName, object: document)
      return .success(Lease(LiveObject(answer)))
    } catch let error as APIError {
      return .failure(RollbackFailure(error))
    }
  }

  private func delete(_ lease: Lease) async throws -> Result<Lease, RollbackFailure> {
    do {
      try await plane.delete(
        .leases, namespace: scope.leaseNamespace, name: scope.leaseName,
        preconditions: Preconditions(uid: lease.uid, resourceVersion: lease.resourceVersion))
      return .success(lease)
    } catch let error as APIError {
      return .failure(RollbackFailure(error))
    }
  }
}

/// A write was not sent because the Lease is no longer ours.
struct LeaseGone: Error {
  var why: String
}

/// A control plane on which nothing is changed but under a Lease, which it keeps renewed.
struct LeasedControlPlane: ControlPlane {
  let plane: any ControlPlane
  let keeper: LeaseKeeper

  var endpoint: Endpoint { plane.endpoint }

  func stream(_ request: APIRequest) -> AsyncThrowingStream<[UInt8], any Error> {
    plane.stream(request)
  }

  func send(_ request: APIRequest) async throws -> APIResponse {
    await keeper.renewIfDue()
    if request.changesSomething, await !keeper.isHeld {
      throw LeaseGone(why: await keeper.loss ?? "it is not held")
    }
    return try await plane.send(request)
  }
}
