import ArgumentParser
import ControlPlane
import Dashboard
import Foundation
import Journal
import Karmada
import KubeClient
import Manifest
import Session

/// Guarded rollbacks without a screen.
struct RollbackCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rollback",
    abstract: "Takes workloads back from Karmada; the members keep them.",
    discussion: """
      A policy is named NAMESPACE/NAME, a ClusterPropagationPolicy NAME. Exit codes: 0 done and \
      verified, 1 a member lost something, 2 wrongly called, 3 blocked and nothing changed, 4 \
      aborted and put back, 5 unfinished and resumable, 6 somebody else holds it, 7 not permitted \
      or not reachable.
      """,
    subcommands: [
      RollbackPlanCommand.self, RollbackRunCommand.self, RollbackResumeCommand.self,
      RollbackAbortCommand.self, RollbackUndoCommand.self, RollbackListCommand.self,
    ])
}

enum RollbackFormat: String, ExpressibleByArgument, CaseIterable { case table, json, markdown }

/// What every subcommand needs.
struct RollbackSurroundings: ParsableArguments {
  @Option(name: [.short, .long], help: "How to print it.")
  var output = RollbackFormat.table

  @OptionGroup var connection: ConnectionOptions

  /// Runs a body with a desk; the connection is closed after it.
  func withDesk<Value>(
    changing: Bool, _ body: (RollbackDesk) async throws -> Value
  ) async throws -> Value {
    if changing, connection.readOnly {
      throw Failure("--read-only: nothing is changed; leave it out to run this", code: .usage)
    }
    let client = try connection.client()
    let journal: Journal
    do {
      journal = try Journal(path: Paths.journal)
    } catch {
      throw Failure("\(error)", code: .blocked)
    }
    let desk = RollbackDesk(
      client, journal: journal, person: Person.name, now: { Time.now }, log: FileLog.logger())
    let value = try await body(desk)
    await client.shutdown()
    return value
  }
}

/// What is to be rolled back.
struct RollbackTarget: ParsableArguments {
  @Argument(help: "The policy: NAMESPACE/NAME, or NAME of a ClusterPropagationPolicy.")
  var policy: String

  @Option(
    help: "Only this template, KIND/NAME or KIND/NAMESPACE/NAME; may be given several times.")
  var only: [String] = []

  @Flag(help: "Put the flag back at the end where the policy still serves other templates.")
  var restoreFlag = false

  @Flag(help: "Keep the data of Secrets in the journal, so that undo can create them again.")
  var keepSecrets = false

  @Option(help: "A hazard to take upon yourself, by its id; may be given several times.")
  var accept: [String] = []

  var reference: PolicyReference {
    get throws {
      let parts = policy.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
      switch parts.count {
      case 1 where !parts[0].isEmpty:
        return PolicyReference(
          kind: "ClusterPropagationPolicy", key: ObjectKey(name: parts[0]))
      case 2 where !parts[0].isEmpty && !parts[1].isEmpty:
        return PolicyReference(
          kind: "PropagationPolicy", key: ObjectKey(namespace: parts[0], name: parts[1]))
      default:
        throw Failure("“\(policy)” is no policy: write NAMESPACE/NAME or NAME", code: .usage)
      }
    }
  }

  var options: RollbackOptions {
    get throws {
      var options = RollbackOptions()
      options.restoresFlag = restoreFlag
      options.keepsSecrets = keepSecrets
      for word in accept {
        guard let id = RollbackHazard.ID(rawValue: word) else {
          let known = RollbackHazard.ID.allCases.map(\.rawValue).joined(separator: " ")
          throw Failure("no hazard “\(word)”; there are: \(known)", code: .usage)
        }
        options.accepted.insert(id)
      }
      return options
    }
  }

  /// Reads the plan. Throws a `Failure` when `--only` names what the policy does not propagate.
  func plan(on plane: any ControlPlane) async throws -> RollbackPlan {
    let reference = try reference
    var scope = RollbackScope(policy: reference)
    if !only.isEmpty {
      let claimed = try await RollbackDesk.claims(of: reference, on: plane)
      scope = RollbackScope(
        policy: reference, templates: try only.map { try Self.find($0, among: claimed) })
    }
    return try await RollbackDesk.plan(scope, options: try options, on: plane)
  }

  private static func find(
    _ text: String, among claimed: [ObjectReference]
  ) throws -> ObjectReference {
    let parts = text.split(separator: "/").map(String.init)
    let hits = claimed.filter { one in
      guard let kind = parts.first, let name = parts.last, (2...3).contains(parts.count),
        one.kind.lowercased() == kind.lowercased(), one.name == name
      else { return false }
      return parts.count == 2 || one.namespace == parts[1]
    }
    guard let hit = hits.first, hits.count == 1 else {
      let known = claimed.map { "\($0.kind)/\($0.key)" }.sorted().prefix(10)
        .joined(separator: ", ")
      throw Failure(
        hits.isEmpty
          ? "the policy does not propagate “\(text)”; it propagates: \(known)"
          : "“\(text)” may be several; write KIND/NAMESPACE/NAME", code: .usage)
    }
    return hit
  }
}

/// Who runs this, for Leases and records: "ada@deck".
enum Person {
  static var name: String {
    let environment = Environment.variables
    let user = environment["USER"] ?? environment["LOGNAME"] ?? "somebody"
    return "\(user)@\(hostName)"
  }

  private static var hostName: String {
    var bytes = [CChar](repeating: 0, count: 256)
    guard gethostname(&bytes, bytes.count - 1) == 0 else { return "somewhere" }
    let name = String(
      decoding: bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return String(name.prefix { $0 != "." })
  }
}
