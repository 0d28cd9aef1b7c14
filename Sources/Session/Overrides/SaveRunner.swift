import ControlPlane
import Journal
import Karmada
import Manifest

/// Carries out what a machine decides about saving a policy, on a server and in the journal.
struct SaveRunner: Sendable {
  let desk: OverrideDesk
  let journal: Journal
  let reason: String
  /// Of the edit in the journal.
  let id: String
  let isStopped: @Sendable () -> Bool
  let onChange: @Sendable (SaveMachine) -> Void

  func run(_ machine: SaveMachine) async -> SaveReport {
    var machine = machine
    var input = SaveInput.begin
    var isNoted = false
    while true {
      // What was answered is heard first; only then is the watching over.
      let before = machine
      var action = machine.handle(input, at: desk.now())
      if isStopped() || Task.isCancelled, machine.report == nil {
        // What was only decided to be sent is not out yet, and never goes.
        if case .send? = action { machine = before }
        action = machine.handle(.stop, at: desk.now())
      }
      onChange(machine)
      if var report = machine.report {
        guard isNoted else { return report }
        report.edit = id
        conclude(report)
        return report
      }
      guard let action else { return lost(machine) }
      input = await carryOut(action, for: machine)
      if case .noted = input { isNoted = true }
    }
  }

  /// A machine that asks for nothing and has no report does not exist; a report is due all the same.
  private func lost(_ machine: SaveMachine) -> SaveReport {
    SaveReport(
      policy: machine.plan.intent.policy, action: machine.plan.intent.action.rawValue,
      outcome: .unknown, words: "stopped in \(machine.phase.rawValue); look at the policy")
  }

  private func carryOut(_ action: SaveAction, for machine: SaveMachine) async -> SaveInput {
    switch action {
    case .reread:
      return .facts(await result { try await desk.refreshedFacts(for: machine.plan) })
    case .note: return note(machine.plan)
    case .send(let request): return await send(request, machine.plan.intent.policy)
    case .look:
      return .looked(await result { try await desk.policy(machine.plan.intent.policy) })
    case .readWorks(let bindings):
      return .works(await result { try await desk.works(of: bindings) })
    case .wait(let duration):
      await pause(duration)
      return .waited
    case .finish: return .stop
    }
  }

  private func send(_ request: SaveRequest, _ policy: PolicyReference) async -> SaveInput {
    let audited = AuditedControlPlane(
      desk.plane, journal: journal, reason: reason, now: desk.now, log: desk.log)
    do {
      let answer = try await audited.sendForValue(request.apiRequest(for: policy, dryRun: false))
      return .sent(.success(request.body.map { _ in answer }))
    } catch let error as JournalError {
      return .journalFailed(error.description)
    } catch {
      return .sent(.failure(SaveFailure(error)))
    }
  }

  private func result<Value: Sendable>(
    _ work: () async throws -> Value
  ) async -> Result<Value, SaveFailure> {
    do {
      return .success(try await work())
    } catch {
      return .failure(SaveFailure(error))
    }
  }

  /// In small pieces, so that whoever leaves is not kept.
  private func pause(_ duration: Duration) async {
    let end = desk.now() + duration
    while desk.now() < end, !isStopped() {
      do {
        try await desk.clock.sleep(for: min(.milliseconds(200), end - desk.now()))
      } catch {
        return
      }
    }
  }

  // MARK: Journal

  private func note(_ plan: SavePlan) -> SaveInput {
    let endpoint = desk.plane.endpoint
    let record = OverrideEditRecord(
      id: id, at: desk.now(), server: endpoint.server, context: endpoint.context,
      policy: plan.intent.policy, by: desk.person, reason: reason,
      action: plan.request?.verb ?? plan.intent.action.rawValue, before: plan.current,
      after: plan.request?.body, undoes: plan.intent.undoes)
    do throws(JournalError) {
      try journal.begin(record)
      return .noted
    } catch {
      return .journalFailed(error.description)
    }
  }

  /// The server has answered: that it cannot be noted must not look like its refusal.
  private func conclude(_ report: SaveReport) {
    do throws(JournalError) {
      try journal.conclude(edit: id, outcome: report.outcome.rawValue, after: report.saved)
    } catch {
      desk.log.error("the end of an edit is not in the journal", metadata: ["error": "\(error)"])
    }
  }
}
