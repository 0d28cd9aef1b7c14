import ControlPlane
import Dashboard
import Foundation
import Journal
import Karmada
import Manifest
import Session
import Synchronization

/// Tells a run on standard output, step by step.
struct RollbackConsole: Sendable {
  private let format: RollbackFormat

  init(_ format: RollbackFormat) { self.format = format }

  /// For people only.
  func say(_ line: String) {
    if format == .table { Output.write(Array("\(line)\n".utf8)) }
  }

  func show(_ step: StepRecord) {
    switch format {
    case .json:
      let line: JSONValue = [
        "step": .string(step.step), "state": .string(step.state),
        "at": .string(step.at.rfc3339Micro), "detail": step.detail,
      ]
      Output.write(line.serialized() + [0x0A])
    case .table:
      let title = RollbackStep(rawValue: step.step)?.title ?? step.step
      let time = step.at.rfc3339.dropFirst(11).dropLast()
      let state = step.state.padding(toLength: 8, withPad: " ", startingAt: 0)
      say("\(time)  \(state) \(title)\(RollbackText.detail(of: step))")
    case .markdown: return
    }
  }

  func show(_ report: RollbackReport) {
    switch format {
    case .json: Output.write(report.json.serialized() + [0x0A])
    case .markdown: Output.write(Array(report.markdown.utf8))
    case .table:
      Output.write(Array((RollbackText.lines(report).joined(separator: "\n") + "\n").utf8))
    }
  }

  /// Goes on with a run, or puts it back if the control says so.
  func taking(
    up run: String, at desk: RollbackDesk, _ control: RunControl
  ) async throws -> RollbackReport.Outcome {
    let report = try await watching(control) {
      do {
        return try await desk.resume(run, control: control, onStep: { show($0) })
      } catch let refusal as RollbackDesk.Refusal {
        throw Failure(refusal.description, code: .usage)
      }
    }
    show(report)
    return report.outcome
  }

  /// Runs a body while ctrl-c means: put it back; a second one: leave at once.
  func watching<Value: Sendable>(
    _ control: RunControl, _ body: () async throws -> Value
  ) async throws -> Value {
    let signals = StopSignals()
    let listener = Task {
      var count = 0
      for await _ in signals.arrivals {
        count += 1
        if count == 1 {
          control.abort()
          Self.warn("putting it back; ctrl-c again leaves it as it stands")
        } else {
          control.interrupt()
        }
      }
    }
    defer { listener.cancel() }
    do {
      return try await body()
    } catch let error as JournalError {
      throw Failure("\(error)", code: .blocked)
    }
  }

  private static func warn(_ line: String) {
    FileHandle.standardError.write(Data("quarterdeck: \(line)\n".utf8))
  }
}
