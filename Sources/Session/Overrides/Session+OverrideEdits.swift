import ControlPlane
import Dashboard
import Journal
import Karmada
import Manifest
import Synchronization

extension Session {
  func perform(_ order: OverrideOrder) {
    switch order {
    case .readFacts(let token, let policy, let wanted):
      let (desk, previews) = (overrideDesk(by: ""), previews)
      request { _, _ in
        let facts = await Self.complaint { try await desk.facts(for: policy, wanted: wanted) }
        if case .success(let facts) = facts { await previews.begin(facts, policy, token: token) }
        return .override(.facts(token: token, facts))
      }
    case .readPolicy(let token, let policy):
      let desk = overrideDesk(by: "")
      request { _, _ in
        .override(
          .policy(token: token, await Self.complaint { try await desk.policy(policy) }))
      }
    case .preview(let token, let revision, let draft):
      let previews = previews
      follow {
        guard
          let reach = await previews.reach(of: draft, token: token, revision: revision)
        else { return nil }
        return .override(.previewed(token: token, revision: revision, reach))
      }
    case .plan(let token, let intent):
      let desk = overrideDesk(by: "")
      request { _, _ in
        .override(
          .planned(token: token, await Self.complaint { try await desk.plan(intent) }))
      }
    case .planDeletion(let token, let policy):
      let desk = overrideDesk(by: "")
      request { _, _ in
        .override(
          .planned(
            token: token,
            await Self.complaint {
              guard let current = try await desk.policy(policy) else {
                throw OverrideDesk.Refusal("there is no \(policy.kind) \(policy.key) any more")
              }
              return try await desk.plan(SaveIntent(deleting: current))
            }))
      }
    case .planUndo(let token, let subject): planUndo(token, subject)
    case .listEdits(let token): listEdits(token)
    case .save(let token, let plan, let reason): save(token, plan, reason: reason)
    case .stopWatching: liveSave?.stop.raise()
    case .readDrafts, .keepDraft, .dropDraft, .edit, .endEditing: performOnDrafts(order)
    }
  }

  private func overrideDesk(by person: String) -> OverrideDesk {
    var desk = OverrideDesk(
      plane, discovery: discovery, person: person, clock: clock, now: now, log: log)
    desk.caution = overrideOffice.caution
    desk.patience = overrideOffice.patience
    return desk
  }

  private nonisolated static func complaint<Value: Sendable>(
    _ work: () async throws -> Value
  ) async -> Result<Value, OverrideComplaint> {
    do { return .success(try await work()) } catch {
      return .failure(OverrideComplaint("\(error)"))
    }
  }

  private nonisolated static func journal(of office: RollbackOffice?) async throws -> Journal {
    guard let office else {
      throw OverrideDesk.Refusal("there is no journal: no edit is known, and none can be undone")
    }
    return try await office.openJournal()
  }

  // MARK: Undo

  private func planUndo(_ token: Int, _ subject: UndoSubject) {
    let desk = overrideDesk(by: "")
    let office = rollbackOffice
    request { plane, _ in
      .override(
        .planned(
          token: token,
          await Self.complaint {
            let journal = try await Self.journal(of: office)
            let id = try OverrideDesk.edit(subject, on: plane, in: journal)
            return try await desk.planUndo(of: id, in: journal)
          }))
    }
  }

  private func listEdits(_ token: Int) {
    let office = rollbackOffice
    request { plane, _ in
      .override(
        .edits(
          token: token,
          await Self.complaint {
            let journal = try await Self.journal(of: office)
            return try journal.overrideEdits(server: plane.endpoint.server).map { edit in
              OverrideEdit(
                id: edit.id, at: edit.at, policy: edit.policy, by: edit.by, reason: edit.reason,
                action: edit.action, outcome: edit.outcome, undoes: edit.undoes)
            }
          }))
    }
  }

  // MARK: Saving

  /// Carries a confirmed plan out beside everything else, one at a time.
  private func save(_ token: Int, _ plan: SavePlan, reason: String) {
    guard liveSave == nil else { return }
    let office = rollbackOffice
    let stop = StopFlag()
    let plane = plane
    let unnamed = overrideDesk(by: "")
    // News keeps its order: one stream, one reader.
    let (news, teller) = AsyncStream<OverrideNews>.makeStream()
    let worker = Task.detached {
      let machine = SaveMachine(plan, patience: unnamed.patience)
      do {
        guard let office else {
          throw OverrideDesk.Refusal("nothing was sent: there is no journal to note it in")
        }
        let journal = try await office.openJournal()
        let desk = unnamed.naming(office.person, on: plane)
        let last = Latest(machine)
        let report = await desk.save(
          plan, reason: reason, journal: journal, isStopped: { stop.isRaised },
          onChange: {
            last.set($0)
            teller.yield(.progress(token: token, $0))
          })
        teller.yield(.ended(token: token, last.value, report))
      } catch {
        let report = SaveReport(
          policy: plan.intent.policy, action: plan.intent.action.rawValue, outcome: .blocked,
          words: "\(error)")
        teller.yield(.ended(token: token, machine, report))
      }
      teller.finish()
    }
    let reader = Task {
      for await one in news {
        if case .ended = one { self.liveSave = nil }
        self.send(.override(one))
      }
      await worker.value
    }
    liveSave = LiveSave(stop: stop, task: reader)
  }

  /// Ends the watching; a request that is out is waited for, and its answer noted.
  func finishSave() async {
    liveSave?.stop.raise()
    await liveSave?.task.value
  }

  // MARK: Drafts

  /// In the order they were asked for: the later text must not be overtaken by the earlier.
  private func performOnDrafts(_ order: OverrideOrder) {
    guard let files = overrideOffice.drafts else {
      guard case .edit(let token, _) = order else { return }
      let why = OverrideComplaint("there is no place for a file that an editor could open")
      return send(.override(.edited(token: token, .failure(why))))
    }
    let before = lastDraft
    let server = plane.endpoint.server
    lastDraft = Task { [weak self] in
      await before?.value
      do {
        switch order {
        case .keepDraft(let draft): try await files.keep(draft)
        case .dropDraft(let policy, let origin):
          try await files.drop(policy, on: server, origin: origin)
        case .edit(let token, let draft):
          let path = try await files.beginEditing(draft)
          self?.onTerminalEffect(.edit(token: token, path: path))
        case .endEditing(let policy, nil): try await files.endEditing(policy, on: server)
        case .endEditing(let policy, let failure?):
          guard let aside = try await files.rejectEditing(policy, on: server) else { break }
          self?.send(
            .override(.draftTrouble("\(failure); what was written is in \(aside)")))
        default:
          let (drafts, complaints) = await files.left(on: server)
          self?.send(.override(.drafts(drafts)))
          if let first = complaints.first { self?.send(.override(.draftTrouble(first))) }
        }
      } catch {
        self?.send(.override(.draftTrouble("\(error)")))
        guard case .edit(let token, _) = order else { return }
        self?.send(.override(.edited(token: token, .failure(OverrideComplaint("\(error)")))))
      }
    }
  }
}

/// The newest of several values, for whoever comes last.
private final class Latest: Sendable {
  private let box: Mutex<SaveMachine>
  init(_ machine: SaveMachine) { box = Mutex(machine) }
  var value: SaveMachine { box.withLock { $0 } }
  func set(_ machine: SaveMachine) { box.withLock { $0 = machine } }
}
