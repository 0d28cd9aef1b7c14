import ArgumentParser
import ControlPlane
import Foundation
import Karmada
import Manifest
import Session

struct JSONPathCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "jsonpath",
    abstract: "Evaluates a state-preservation rule on a status.",
    discussion: """
      On a status read from standard input, as YAML or JSON; or live, as in \
      `jsonpath '{ .jobStatus.jobID }' flinkdeployment jobs/wordcount`: on what each cluster has \
      reported to the template's binding, which is what a failover would take it from.
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable { case text, json }

  @Argument(help: "The rule's jsonPath, as in '{ .jobStatus.jobID }'.")
  var expression: String?

  @Argument(help: "Kind of a template on the control plane.")
  var kind: String?

  @Argument(help: "Templates by NAMESPACE/NAME.")
  var names: [String] = []

  @Option(help: "Only this cluster; may be given several times.")
  var cluster: [String] = []

  @Option(name: [.short, .long], help: "How to print it.")
  var output = Format.text

  @Option(help: "Answer a file of cases instead, one JSON document a line.")
  var cases: String?

  @OptionGroup var connection: ConnectionOptions

  func validate() throws {
    if (expression == nil) == (cases == nil) {
      throw ValidationError("give an expression or --cases FILE")
    }
    if kind != nil, names.isEmpty { throw ValidationError("give NAMESPACE/NAME after the kind") }
  }

  func run() async throws {
    try await Failure.reporting {
      if let cases { return try Cases.answer(cases, with: JSONPathCase.answer) }
      let path = try JSONPath(parsing: expression ?? "")
      if let kind { return try await live(path, kind) }
      let input = [UInt8](FileHandle.standardInput.readDataToEndOfFile())
      guard let text = String(validating: input, as: UTF8.self) else {
        throw Failure("the status is not UTF-8 text", code: .usage)
      }
      let status = try YAML.parse(text).first ?? .null
      let value = try path.text(of: status)
      Output.write(
        output == .json
          ? JSONValue.object(["value": .string(value)]).serialized() + [0x0A]
          : Array("\(value)\n".utf8))
    }
  }

  // MARK: Live

  private struct Answer {
    var object: String
    var cluster: String
    var outcome: Result<String, JSONPath.Failure>
  }

  private func live(_ path: JSONPath, _ kind: String) async throws {
    let client = try connection.client()
    let answers: [Answer]
    do {
      answers = try await evaluated(path, kind, Inquiry(client))
      await client.shutdown()
    } catch {
      await client.shutdown()
      throw error
    }
    switch output {
    case .json:
      Output.write(JSONValue.array(answers.map(Self.json)).serialized(pretty: true) + [10])
    case .text: printText(answers)
    }
    let hasFailed = answers.contains { if case .failure = $0.outcome { true } else { false } }
    if answers.isEmpty || hasFailed { throw ExitCode(Failure.Code.failed.rawValue) }
  }

  private func evaluated(
    _ path: JSONPath, _ kind: String, _ inquiry: Inquiry
  ) async throws -> [Answer] {
    var answers: [Answer] = []
    for reference in try await inquiry.references(
      kind: kind, names: names, namespace: connection.namespace)
    {
      let title = RenderReport.title(reference)
      let statuses = try await inquiry.statuses(of: reference)
        .filter { cluster.isEmpty || cluster.contains($0.cluster) }
      if statuses.isEmpty {
        let text = "quarterdeck: no cluster has reported a status of \(title) yet\n"
        FileHandle.standardError.write(Data(text.utf8))
      }
      for (cluster, status) in statuses {
        let outcome: Result<String, JSONPath.Failure>
        do throws(JSONPath.Failure) {
          outcome = .success(try path.text(of: status))
        } catch {
          outcome = .failure(error)
        }
        answers.append(Answer(object: title, cluster: cluster, outcome: outcome))
      }
    }
    return answers
  }

  private static func json(_ answer: Answer) -> JSONValue {
    var object: JSONObject = [
      "object": .string(answer.object), "cluster": .string(answer.cluster),
    ]
    switch answer.outcome {
    case .success(let value): object["value"] = .string(value)
    case .failure(let error): object["error"] = .string("\(error)")
    }
    return .object(object)
  }

  private func printText(_ answers: [Answer]) {
    for answer in answers {
      let place = names.count > 1 ? "\(answer.object)\t\(answer.cluster)" : answer.cluster
      switch answer.outcome {
      case .success(let value): Output.write(Array("\(place)\t\(value)\n".utf8))
      case .failure(let error):
        FileHandle.standardError.write(Data("quarterdeck: \(place): \(error)\n".utf8))
      }
    }
  }
}
