import ArgumentParser
import Foundation
import Karmada
import Manifest

/// Batches of cases: one JSON document a line in, one answer a line out.
enum Cases {
  /// Answers a file's lines in order; blank lines are passed over.
  static func answer(_ path: String, with answer: (ArraySlice<UInt8>) -> [UInt8]) throws {
    let bytes = try Paths.bytes(of: path)
    var output: [UInt8] = []
    for line in bytes.split(separator: UInt8(ascii: "\n")) {
      output += answer(line)
      output.append(UInt8(ascii: "\n"))
      if output.count > 1 << 20 {
        Output.write(output)
        output = []
      }
    }
    Output.write(output)
  }
}

struct RenderCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "render",
    abstract: "Prints the manifest that override policies make of a template for each cluster.",
    discussion: """
      From files: -f takes YAML or JSON with templates, OverridePolicies, \
      ClusterOverridePolicies and Clusters in any order. Nothing is asked of a server.
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable { case yaml, json, diff, explain }

  @Option(
    name: [.customShort("f"), .customLong("filename")],
    help: "File with templates, policies and clusters; may be given several times.")
  var files: [String] = []

  @Option(help: "Only this cluster; may be given several times.")
  var cluster: [String] = []

  @Option(name: [.short, .long], help: "How to print it.")
  var output = Format.yaml

  @Option(help: "Answer a file of cases instead, one JSON document a line.")
  var cases: String?

  func validate() throws {
    if cases == nil, files.isEmpty { throw ValidationError("give -f FILE or --cases FILE") }
    if cases != nil, !files.isEmpty { throw ValidationError("--cases goes without -f") }
  }

  func run() async throws {
    try await Failure.reporting {
      if let cases { return try Cases.answer(cases, with: OverrideCase.answer) }
      var documents: [JSONValue] = []
      for file in files { documents += try Self.documents(in: file) }
      let report = try RenderReport(documents, clusters: cluster)
      Output.write(Array(report.text(output).utf8))
      if report.hasFailures { throw ExitCode(Failure.Code.failed.rawValue) }
    }
  }

  private static func documents(in file: String) throws -> [JSONValue] {
    guard let text = String(validating: try Paths.bytes(of: file), as: UTF8.self) else {
      throw Failure("\(file) is not UTF-8 text", code: .usage)
    }
    do {
      return try YAML.parse(text)
    } catch {
      throw Failure("\(file): \(error)", code: .usage)
    }
  }
}

struct JSONPathCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "jsonpath",
    abstract: "Evaluates a state-preservation rule on a status read from standard input.")

  @Argument(help: "The rule's jsonPath, as in '{ .jobStatus.jobID }'.")
  var expression: String?

  @Option(help: "Answer a file of cases instead, one JSON document a line.")
  var cases: String?

  func validate() throws {
    if (expression == nil) == (cases == nil) {
      throw ValidationError("give an expression or --cases FILE")
    }
  }

  func run() async throws {
    try await Failure.reporting {
      if let cases { return try Cases.answer(cases, with: JSONPathCase.answer) }
      let input = [UInt8](FileHandle.standardInput.readDataToEndOfFile())
      guard let text = String(validating: input, as: UTF8.self) else {
        throw Failure("the status is not UTF-8 text", code: .usage)
      }
      let status = try YAML.parse(text).first ?? .null
      let path = try JSONPath(parsing: expression ?? "")
      Output.write(Array("\(try path.text(of: status))\n".utf8))
    }
  }
}
