import ControlPlane
import Journal
import Karmada
import Logging
import Manifest

/// Carries out what a machine decides about a run, on a server and in the journal.
struct RollbackRunner<Machine: RollbackDecisions>: Sendable {
  let run: String
  let control: RunControl
  let journal: Journal
  let keeper: LeaseKeeper
  /// Audited, and under the Lease.
  let plane: any ControlPlane
  let reader: RollbackReader
  let keepsSecrets: Bool
  let now: @Sendable () -> Time
  let clock: any Clock<Duration>
  let log: Logger
  /// Told after every decision, and of every step that the journal has taken.
  let onChange: @Sendable (Machine) -> Void
  let onStep: @Sendable (StepRecord) -> Void

  /// Until the end. Never throws: what went wrong is in the report.
  func run(_ machine: Machine) async -> RollbackReport {
    defer { keeper.close() }
    var machine = machine
    var input = RollbackInput.begin
    while true {
      if control.wantsAbort { _ = machine.handle(.abort, at: now()) }
      if let loss = await keeper.loss { _ = machine.handle(.leaseLost(loss), at: now()) }
      var actions = machine.handle(input, at: now())
      onChange(machine)
      if control.isInterrupted, machine.report == nil {
        // What was answered is noted; what would be asked next is not.
        for case .note(let entry) in actions { _ = note(entry) }
        actions = machine.handle(.interrupt, at: now())
      }
      input = await carryOut(actions, for: machine)
      if let report = machine.report {
        onChange(machine)
        return report
      }
    }
  }

  private func carryOut(_ actions: [RollbackAction], for machine: Machine) async -> RollbackInput {
    for action in actions {
      switch action {
      case .note(let entry):
        if let trouble = note(entry) { return .journalFailed(trouble.description) }
      case .notePlan(let plan):
        do { try journal.setPlan(plan.journalJSON(), of: run) } catch {
          return .journalFailed("\(error)")
        }
      case .keepSnapshot(let facts):
        do throws(JournalError) {
          try journal.setSnapshots(
            SnapshotRecord.all(of: facts, keepingSecrets: keepsSecrets), of: run)
          return .snapshotKept
        } catch {
          return .journalFailed(error.description)
        }
      case .finish(let report): conclude(report)
      case .wait(let duration):
        _ = await pause(duration)
        return .waited
      case .ask: return await answer()
      case .acquireLease, .releaseLease, .read, .write, .delete:
        return await ask(action, for: machine)
      }
    }
    return .waited
  }

  private func note(_ entry: RollbackEntry) -> JournalError? {
    do throws(JournalError) {
      onStep(
        try journal.append(
          entry.step.rawValue, entry.state.rawValue, detail: entry.detail, at: now(), to: run))
      return nil
    } catch {
      return error
    }
  }

  private func conclude(_ report: RollbackReport) {
    do throws(JournalError) {
      try journal.append(
        RollbackStep.report.rawValue, report.outcome.rawValue,
        detail: report.json, at: now(), to: run)
      try journal.setOutcome(
        report.isResumable ? nil : report.outcome.rawValue, of: run, at: now())
    } catch {
      log.error("the end of a run is not in the journal", metadata: ["error": "\(error)"])
    }
  }

  // MARK: Waiting

  /// In small pieces, so that the operator is heard and the Lease kept. False when there is no
  /// reason to wait any longer.
  private func pause(_ duration: Duration) async -> Bool {
    await Self.pause(duration, control, clock, now) { await keeper.renewIfDue() }
  }

  static func pause(
    _ duration: Duration, _ control: RunControl, _ clock: any Clock<Duration>,
    _ now: @Sendable () -> Time, between: () async -> Void = {}
  ) async -> Bool {
    let end = now() + duration
    let before = control.wantsAbort
    while now() < end {
      if control.isInterrupted || (control.wantsAbort && !before) { return false }
      do {
        try await clock.sleep(for: min(.milliseconds(200), end - now()))
      } catch {
        return false
      }
      await between()
    }
    return true
  }

  private func answer() async -> RollbackInput {
    while !control.wantsAbort, !control.isInterrupted {
      switch control.takeAnswer() {
      case .confirmed(let word): return .confirmed(word: word)
      case .declined: return .declined
      case nil: if await !pause(.milliseconds(200)), Task.isCancelled { return .declined }
      }
      if await keeper.loss != nil { return .declined }
    }
    return .declined
  }

  // MARK: Requests

  private func ask(_ action: RollbackAction, for machine: Machine) async -> RollbackInput {
    do {
      switch action {
      case .acquireLease: return .lease(try await keeper.acquire())
      case .releaseLease:
        await keeper.release()
        return .released
      case .read(let reading): return .facts(await read(reading, machine.lookingAt))
      case .write(let write):
        let request = try await write.request(reader.discovery, now: now())
        return .wrote(try await result { LiveObject(try await plane.sendForValue(request)) })
      case .delete(let deletions):
        return .deleted(
          try await reader.sideBySide(deletions) { deletion in
            // Of several at once some may have been sent: whatever goes wrong with one is looked at
            // before anything else.
            do {
              _ = try await plane.send(try await deletion.request(reader.discovery))
              return .success(true)
            } catch {
              return .failure(RollbackFailure(error))
            }
          })
      case .note, .notePlan, .keepSnapshot, .finish, .wait, .ask: return .waited
      }
    } catch let error as JournalError {
      return .journalFailed(error.description)
    } catch let error as LeaseGone {
      return .withheld(error.why)
    } catch {
      return .wrote(.failure(RollbackFailure(error)))
    }
  }

  /// Success, or the server's failure. What is ours (journal, Lease) goes on to the caller.
  private func result<Value: Sendable>(
    _ work: () async throws -> Value
  ) async throws -> Result<Value, RollbackFailure> {
    do {
      return .success(try await work())
    } catch let error as JournalError {
      throw error
    } catch let error as LeaseGone {
      throw error
    } catch {
      return .failure(RollbackFailure(error))
    }
  }

  private func read(
    _ reading: RollbackReading, _ plan: RollbackPlan
  ) async -> Result<RollbackFacts, RollbackFailure> {
    do {
      switch reading {
      case .permissions:
        var facts = RollbackFacts()
        facts.permissions = try await reader.permissions(
          for: plan.scope.policy, plan.templates.map(\.object), isLazy: plan.policy.isLazy)
        return .success(facts)
      case .creation(let objects):
        var facts = RollbackFacts()
        facts.permissions = try await reader.permissions(
          for: plan.scope.policy, objects.map(\.reference), isUndo: true)
        facts.refusals = try await reader.creationRefusals(objects)
        return .success(facts)
      case .everything:
        let named = RollbackScope(
          policy: plan.scope.policy, templates: plan.templates.map(\.object))
        return .success(try await reader.everything(for: named))
      case .gate(let templates): return .success(try await reader.gate(plan, templates))
      case .leftovers: return .success(try await reader.leftovers(plan))
      case .members: return .success(try await reader.members(plan))
      case .policy: return .success(try await reader.policyAndClaims(plan.scope.policy))
      }
    } catch {
      return .failure(RollbackFailure(error))
    }
  }
}
