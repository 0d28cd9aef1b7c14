import Foundation
import Manifest
import TestSupport
import Testing

/// `render` and `jsonpath` against a control plane, and the Overrides pane of a recording.
@Suite struct RenderTests {
  @Test func rendersWhatALiveControlPlaneHas() async throws {
    let workspace = try Workspace()
    try await DemoServer.with(in: workspace) { server in
      func render(_ arguments: String...) async throws -> Outcome {
        try await Tool.run(
          "\(Quarterdeck.folder)/quarterdeck",
          ["render", "--kubeconfig", server.kubeconfig] + arguments, in: workspace)
      }
      let json = try await render("deploy", "shop/cart", "-o", "json")
      #expect(json.status == 0, "\(json.errors)")
      let entries = try #require(try JSONValue(parsing: json.output).array)
      #expect(entries.compactMap { $0["cluster"]?.string } == ["member1", "member2", "member6"])
      #expect(entries.allSatisfy { $0["object"] == "Deployment shop/cart" })
      #expect(entries.allSatisfy { $0["reach"] == "updated" && $0["work"]?["name"] != nil })
      let image = entries.last?[
        path: "manifest", "spec", "template", "spec", "containers"]?.array?.first?["image"]
      #expect(image?.string?.isEmpty == false)
      let registry = entries.last?["appliedOverrides"]?.array?.first?["policyName"]
      #expect(registry == "shop-registry-us")

      let diff = try await render(
        "deployments.apps", "shop/cart", "--cluster", "member6", "-o", "diff")
      #expect(diff.lines.contains { $0.hasPrefix("-") && $0.contains("image:") })
      #expect(diff.lines.contains("+++ Deployment shop/cart on member6"))
      #expect(!diff.output.contains("member1"))

      let explain = try await render("Deployment", "cart", "-n", "shop", "-o", "explain")
      #expect(explain.output.contains("shop-registry-us: targetCluster names member6, not member1"))
      #expect(explain.output.contains("by OverridePolicy shop/shop-registry-us, rule 1"))

      let yaml = try await render("deployment", "-n", "shop")
      #expect(yaml.status == 0)
      #expect(yaml.output.contains("# Deployment shop/cart on member1"))
      #expect(yaml.output.contains("# Deployment shop/frontend on member1"))
    }
  }

  struct Refusal: Sendable, CustomTestStringConvertible {
    var arguments: [String]
    var status: Int
    var says: String
    var testDescription: String { arguments.joined(separator: " ") }
  }

  @Test func whatIsNotThereIsToldInOneLine() async throws {
    let workspace = try Workspace()
    let refusals = [
      Refusal(arguments: ["render", "deploy", "shop/nope"], status: 1, says: "not found"),
      Refusal(arguments: ["render", "foo", "shop/nope"], status: 1, says: "nothing called foo"),
      Refusal(arguments: ["render", "deploy", "cart"], status: 1, says: "needs its namespace"),
      Refusal(arguments: ["render", "deploy", "a/b/c"], status: 1, says: "NAMESPACE/NAME"),
      Refusal(
        arguments: ["render", "namespace", "a/b"], status: 1, says: "belongs to no namespace"),
      Refusal(
        arguments: ["jsonpath", "{.a", "deploy", "shop/cart"], status: 1, says: "not closed"),
      Refusal(
        arguments: ["jsonpath", "{.a}", "deploy", "shop/nope"], status: 1, says: "not found"),
    ]
    try await DemoServer.with(in: workspace) { server in
      for refusal in refusals {
        let outcome = try await Tool.run(
          "\(Quarterdeck.folder)/quarterdeck",
          refusal.arguments + ["--kubeconfig", server.kubeconfig], in: workspace)
        #expect(outcome.status == refusal.status, "\(refusal): \(outcome.errors)")
        #expect(outcome.output == "", "\(refusal)")
        #expect(outcome.errors.contains(refusal.says), "\(refusal): \(outcome.errors)")
        #expect(outcome.errors.filter { $0 == "\n" }.count == 1, "\(outcome.errors)")
      }
    }
  }

  @Test func aRuleIsEvaluatedOnWhatEachClusterReported() async throws {
    let workspace = try Workspace()
    try await DemoServer.with(in: workspace) { server in
      func evaluate(_ arguments: String...) async throws -> Outcome {
        try await Tool.run(
          "\(Quarterdeck.folder)/quarterdeck",
          ["jsonpath", "--kubeconfig", server.kubeconfig] + arguments, in: workspace)
      }
      let text = try await evaluate("{.missing}", "deploy", "shop/cart")
      #expect(text.status == 1)
      #expect(text.errors.contains("member1: missing is not found"), "\(text.errors)")
      let json = try await evaluate("literal", "deploy", "shop/cart", "-o", "json")
      #expect(json.status == 0)
      let answers = try #require(try JSONValue(parsing: json.output).array)
      #expect(answers.compactMap { $0["cluster"]?.string } == ["member1", "member2", "member6"])
      #expect(answers.allSatisfy { $0["value"] == "literal" })
      let one = try await evaluate("literal", "deploy", "shop/cart", "--cluster", "member2")
      #expect(one.output == "member2\tliteral\n")
    }
  }

  @Test func theRecordedIncidentIsSeenOnThePane() async throws {
    func dump(_ second: String, _ keys: String) async throws -> String {
      let outcome = try await Quarterdeck.run(
        "replay", ReplayTests.path("field-override.trace.jsonl"), "--at", second, "--dump",
        "140x40", "--keys", keys, in: try Workspace())
      #expect(outcome.status == 0, "\(outcome.errors)")
      return outcome.output
    }
    let text = try await dump("5", "4")
    #expect(text.contains("type-changed on member1"))
    #expect(text.contains("port: \"3306\""))
    let number = try await dump("8", "4")
    #expect(number.contains("port: 3306") && number.contains("user: svc"))
    let failed = try await dump("11", "4")
    #expect(failed.contains("target-missing on member1") && failed.contains("/app/nope/port"))
    #expect(failed.contains("Karmada stops at member1: member2 member3 keep their old Works"))
    let emptied = try await dump("15", "4")
    #expect(emptied.contains("! field-emptied on member3"))
    #expect(emptied.contains("the Works of member1 member2 still say that example was applied"))
  }
}
