import ControlPlane
import Synchronization

/// A moment of a run, as its requests tell it.
package enum RunMoment: Sendable, CaseIterable {
  /// The flag is about to be set.
  case flag
  /// A look at the gate, once the flag is set.
  case gate
  /// The last look before the first deletion: everything is read again.
  case reread
  /// The first deletion is about to be sent.
  case deletion
  /// A look at what is left.
  case drain

  /// - Parameter hasFlag: the flag has been set before; `deletions`: sent so far.
  func isNow(_ request: APIRequest, hasFlag: Bool, looks: Int, deletions: Int) -> Bool {
    switch self {
    case .flag: request.isFlag
    case .gate: hasFlag && looks == 1
    case .reread: hasFlag && request.isDryRun
    case .deletion: request.isDeletion
    case .drain: deletions > 0 && request.method == .get
    }
  }
}

extension APIRequest {
  package var isDryRun: Bool { query("dryRun") != nil }
  /// Sets a policy's flag.
  package var isFlag: Bool {
    method == .patch && !isDryRun && path.contains("propagationpolicies")
  }
  /// Deletes a template.
  package var isDeletion: Bool { method == .delete && !isDryRun && !path.contains("leases") }
  package var isRead: Bool { method == .get }
  package var isWork: Bool { path.hasSuffix("/works") }
}

/// Does something once, when its moment has come.
package final class Once: Sendable {
  private struct State {
    var hasFlag = false
    var looks = 0
    var deletions = 0
    var isDone = false
  }
  private let state = Mutex(State())
  private let moment: RunMoment
  private let deed: @Sendable () async throws -> StagePlane.Meddling

  package init(
    at moment: RunMoment, _ deed: @escaping @Sendable () async throws -> StagePlane.Meddling
  ) {
    self.moment = moment
    self.deed = deed
  }

  package var isDone: Bool { state.withLock { $0.isDone } }

  package func meet(_ request: APIRequest) async throws -> StagePlane.Meddling {
    let isNow = state.withLock { state -> Bool in
      // A gate is looked at from the Works upwards.
      if state.hasFlag, request.isWork { state.looks += 1 }
      let isNow =
        !state.isDone
        && moment.isNow(
          request, hasFlag: state.hasFlag, looks: state.looks, deletions: state.deletions)
      if request.isFlag { state.hasFlag = true }
      if request.isDeletion { state.deletions += 1 }
      if isNow { state.isDone = true }
      return isNow
    }
    return isNow ? try await deed() : .none
  }
}

extension RollbackStage {
  /// The stage's control plane, on which something happens at a moment.
  package func plane(
    at moment: RunMoment, _ deed: @escaping @Sendable () async throws -> StagePlane.Meddling
  ) -> StagePlane {
    let once = Once(at: moment, deed)
    return StagePlane(stage: self) { try await once.meet($0) }
  }
}
