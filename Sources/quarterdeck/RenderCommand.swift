import ArgumentParser
import ControlPlane
import Dashboard
import Foundation
import Karmada
import Manifest
import Session

struct RenderCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "render",
    abstract: "Prints the manifest that override policies make of a template for each cluster.",
    discussion: """
      Live: KIND and NAMESPACE/NAME of a template on the control plane, as in \
      `render deployment shop/web`; without a name all of that kind. Reads the template, its \
      binding, the override policies of both scopes, the clusters and the Works, and changes \
      nothing.

      From files: -f takes YAML or JSON with templates, OverridePolicies, \
      ClusterOverridePolicies and Clusters in any order. Nothing is asked of a server.
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable { case yaml, json, diff, explain }

  @Argument(help: "Kind of the template: Deployment, deployments, deployments.apps.")
  var kind: String?

  @Argument(help: "Templates by NAMESPACE/NAME; NAME alone for what belongs to no namespace.")
  var names: [String] = []

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

  @OptionGroup var connection: ConnectionOptions

  func validate() throws {
    let sources = [cases != nil, !files.isEmpty, kind != nil].filter { $0 }.count
    if sources == 0 { throw ValidationError("give KIND NAMESPACE/NAME, -f FILE or --cases FILE") }
    if sources > 1 {
      throw ValidationError("KIND NAMESPACE/NAME, -f and --cases go without one another")
    }
  }

  func run() async throws {
    try await Failure.reporting {
      if let cases { return try Cases.answer(cases, with: OverrideCase.answer) }
      let report = if let kind { try await live(kind) } else { try fromFiles() }
      Output.write(Array(report.text(output).utf8))
      if report.hasFailures { throw ExitCode(Failure.Code.failed.rawValue) }
    }
  }

  // MARK: Live

  private func live(_ kind: String) async throws -> RenderReport {
    let client = try connection.client()
    do {
      let report = try await live(kind, Inquiry(client))
      await client.shutdown()
      return report
    } catch {
      await client.shutdown()
      throw error
    }
  }

  private func live(_ kind: String, _ inquiry: Inquiry) async throws -> RenderReport {
    let references = try await inquiry.references(
      kind: kind, names: names, namespace: connection.namespace)
    guard !references.isEmpty else { throw Failure("there is no \(kind): nothing to render") }
    var all: [Inquiry.Overrides] = []
    for reference in references {
      let found = try await inquiry.overrides(of: reference, clusters: cluster)
      if case .failure(let error) = found.reading.template { throw error }
      if found.isUnbound, cluster.isEmpty {
        let title = RenderReport.title(reference)
        FileHandle.standardError.write(
          Data("quarterdeck: no policy propagates \(title); shown for every cluster\n".utf8))
      }
      all.append(found)
    }
    return try RenderReport(all.map(\.reading))
  }

  // MARK: Files

  private func fromFiles() throws -> RenderReport {
    var documents: [JSONValue] = []
    for file in files { documents += try Self.documents(in: file) }
    return try RenderReport(documents, clusters: cluster)
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
