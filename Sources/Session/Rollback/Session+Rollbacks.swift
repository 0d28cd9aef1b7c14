import ControlPlane
import Dashboard
import Karmada
import Manifest

/// The run that a session carries out: its hands and its end.
struct LiveRun {
  var control: RunControl
  var task: Task<Void, Never>
}

extension Session {
  func perform(_ order: RollbackOrder) {
    guard let office = rollbackOffice else {
      return send(.rollback(.noJournal("rollbacks need a journal, and this session has none")))
    }
    switch order {
    case .readJournal:
      request { plane, _ in .rollback(await office.runs(on: plane)) }
    case .plan(let token, let scope, let options):
      request { plane, _ in
        do {
          let plan = try await RollbackDesk.plan(scope, options: options, on: plane)
          return .rollback(.planned(token: token, .success(plan)))
        } catch {
          return .rollback(.planned(token: token, .failure(RollbackComplaint("\(error)"))))
        }
      }
    case .planUndo(let token, let run):
      request { plane, _ in
        do {
          let plan = try await office.desk(on: plane).undoPlan(of: run)
          return .rollback(.undoPlanned(token: token, .success(plan)))
        } catch {
          return .rollback(.undoPlanned(token: token, .failure(RollbackComplaint("\(error)"))))
        }
      }
    case .start(let plan, let reason):
      let id = RunID.make(of: plan.scope.policy, at: now())
      carryOut(id, plan.scope.policy) { desk, control, tell in
        try await desk.run(
          plan, reason: reason, control: control, id: id, onChange: { Self.tell($0, tell) },
          onStep: { tell(.step(RollbackRun.Step($0))) })
      }
    case .startUndo(let plan, let reason):
      let id = RunID.make(of: plan.scope.policy, at: now())
      let control = RunControl(answering: plan.original.confirmationWord)
      carryOut(id, plan.scope.policy, control) { desk, control, tell in
        try await desk.undo(
          plan, reason: reason, control: control, id: id,
          onChange: { tell(.progress(.undo($0))) },
          onStep: { tell(.step(RollbackRun.Step($0))) })
      }
    case .resume(let id): takeUp(id, RunControl())
    case .abort(let id):
      let control = RunControl()
      control.abort()
      takeUp(id, control)
    case .confirm(let word): liveRun?.control.confirm(word)
    case .abortLive: liveRun?.control.abort()
    }
  }

  private func takeUp(_ id: String, _ control: RunControl) {
    guard let run = state.rollbacks.runs[id] else { return }
    carryOut(id, run.policy, control) { desk, control, tell in
      try await desk.resume(
        id, control: control, onChange: { Self.tell($0, tell) },
        onStep: { tell(.step(RollbackRun.Step($0))) })
    }
  }

  /// Carries a run out beside everything else, one at a time.
  private func carryOut(
    _ id: String, _ policy: PolicyReference, _ control: RunControl = RunControl(),
    _ work:
      @escaping @Sendable (
        RollbackDesk, RunControl, @escaping @Sendable (RollbackNews) -> Void
      ) async throws -> RollbackReport
  ) {
    guard let office = rollbackOffice, liveRun == nil else { return }
    // News keeps its order: one stream, one reader.
    let (news, teller) = AsyncStream<RollbackNews>.makeStream()
    let plane = plane
    let worker = Task.detached {
      do {
        let desk = try await office.desk(on: plane)
        teller.yield(.started(id: id, policy))
        let report = try await work(desk, control) { teller.yield($0) }
        teller.yield(.ended(report))
      } catch {
        teller.yield(.refused("\(error)"))
      }
      teller.finish()
    }
    let reader = Task {
      for await one in news { self.send(.rollback(one)) }
      await worker.value
      self.liveRun = nil
    }
    liveRun = LiveRun(control: control, task: reader)
  }

  /// Leaves a run as it stands; returns once the last answer is noted.
  func interruptRollback() async {
    liveRun?.control.interrupt()
    await liveRun?.task.value
  }

  /// What a rollback's machine tells the screen.
  private nonisolated static func tell(
    _ machine: RollbackMachine, _ yield: (RollbackNews) -> Void
  ) {
    yield(.progress(.rollback(machine)))
    if machine.phase == .confirmation { yield(.asks(machine.plan.confirmationWord)) }
  }
}
