import ControlPlane
import Dashboard
import Journal
import Karmada
import Logging
import Manifest

/// The dashboard's way to rollbacks: opens the journal when it is first needed, and never on the
/// main thread.
public actor RollbackOffice {
  private let path: String
  nonisolated let person: String
  private let clock: any Clock<Duration>
  private let now: @Sendable () -> Time
  private let log: Logger
  private var journal: Journal?

  public init(
    path: String, person: String, clock: any Clock<Duration> = ContinuousClock(),
    now: @escaping @Sendable () -> Time, log: Logger
  ) {
    self.path = path
    self.person = person
    self.clock = clock
    self.now = now
    self.log = log
  }

  func desk(on plane: any ControlPlane) throws(JournalError) -> RollbackDesk {
    RollbackDesk(
      plane, journal: try openJournal(), person: person, clock: clock, now: now, log: log)
  }

  /// What the journal has of a control plane.
  func runs(on plane: any ControlPlane) -> RollbackNews {
    do throws(JournalError) {
      let journal = try openJournal()
      var runs: [RollbackRun] = []
      for record in try journal.rollbacks() where record.server == plane.endpoint.server {
        runs.append(try Self.run(of: record, in: journal))
      }
      return .journal(runs)
    } catch {
      return .noJournal(error.description)
    }
  }

  /// Opens it when it is first needed.
  func openJournal() throws(JournalError) -> Journal {
    if let journal { return journal }
    let opened = try Journal(path: path)
    journal = opened
    return opened
  }

  private static func run(
    of record: RollbackRecord, in journal: Journal
  ) throws(JournalError) -> RollbackRun {
    let steps = try journal.steps(of: record.id)
    let report = steps.last { $0.step == RollbackStep.report.rawValue }?.detail
    let machine =
      record.action == .rollback ? try RollbackDesk.machine(of: record, in: journal) : nil
    return RollbackRun(
      id: record.id, undoes: record.undoes, policy: record.policy, by: record.by,
      reason: record.reason, startedAt: record.startedAt, updatedAt: record.updatedAt,
      outcome: record.outcome.map { RollbackReport.Outcome(rawValue: $0) ?? .stopped },
      machine: machine,
      steps: steps.filter { $0.step != RollbackStep.report.rawValue }.map(RollbackRun.Step.init),
      report: report.flatMap(RollbackReport.init(json:)))
  }
}

extension RollbackRun.Step {
  init(_ record: StepRecord) {
    self.init(at: record.at, name: record.step, state: record.state, note: record.note)
  }
}

extension StepRecord {
  /// What is worth saying of it beside its name; empty when nothing is.
  public var note: String {
    if let why = detail["why"]?.string { return why }
    if let count = detail["templates"]?.array?.count {
      return "\(count) template\(count == 1 ? "" : "s")"
    }
    if let works = detail["works"]?.int { return "\(works) Work\(works == 1 ? "" : "s")" }
    guard step == RollbackStep.verify.rawValue else { return "" }
    // "7 kept, 1 unverified"
    let counts = detail.object?.members.compactMap { verdict, count in
      count.int.map { "\($0) \(verdict)" }
    }
    return counts?.joined(separator: ", ") ?? ""
  }
}
