import Karmada
import Manifest
import TestSupport
import Testing

/// Answers that Karmada 1.12.5's own code gave, against ours.
struct OverrideConformanceTests {
  private static func lines(_ name: String) throws -> [ArraySlice<UInt8>] {
    try Fixture.bytes("conformance/\(name)").split(separator: 0x0A)
  }

  @Test func rendersWhatKarmadaRenders() throws {
    let lines = try Self.lines("overrides.jsonl")
    #expect(lines.count == 338)
    for line in lines {
      let input = try JSONValue(parsing: line)
      let name = input["name"]?.string ?? ""
      let want = try #require(input["want"])
      let got = try JSONValue(parsing: OverrideCase.answer(line))
      #expect(got["name"] == input["name"])
      if want["error"] != nil || want["panic"] != nil {
        #expect(got["error"]?.string?.isEmpty == false, "\(name)")
        continue
      }
      for key in ["result", "appliedOverrides", "appliedClusterOverrides"] {
        #expect(got[key] == want[key], "\(name) \(key)")
      }
      #expect(got["error"] == nil, "\(name)")
    }
  }

  @Test func tracingChangesNothingButTheTrace() throws {
    for line in try Self.lines("overrides.jsonl") {
      let input = try JSONValue(parsing: line)
      let engine = try OverrideEngine(
        decoding: input["overridePolicies"]?.array ?? [],
        clusterOverridePolicies: input["clusterOverridePolicies"]?.array ?? [])
      let cluster = OverrideTarget(decoding: input["cluster"] ?? .null)
      let object = input["object"] ?? .null
      let quick = Result { try engine.render(object, for: cluster, tracing: false) }
      let traced = Result { try engine.render(object, for: cluster) }
      let name = input["name"]?.string ?? ""
      switch (quick, traced) {
      case (.success(let a), .success(let b)):
        #expect(a.manifest == b.manifest, "\(name)")
        #expect(a.appliedOverrides == b.appliedOverrides, "\(name)")
        #expect(a.manifest == object || !b.trace.changes.isEmpty, "\(name)")
      case (.failure(let a), .failure(let b)):
        #expect("\(a)" == "\(b)", "\(name)")
      default:
        Issue.record("\(name): only one of them failed")
      }
    }
  }

  @Test func panicsOfKarmadaAreErrorsHere() throws {
    var count = 0
    for line in try Self.lines("overrides.jsonl") {
      let input = try JSONValue(parsing: line)
      guard input["want"]?["panic"] != nil else { continue }
      count += 1
      let engine = try OverrideEngine(
        decoding: input["overridePolicies"]?.array ?? [], clusterOverridePolicies: [])
      let failure = #expect(throws: OverrideFailure.self) {
        try engine.render(
          input["object"] ?? .null, for: OverrideTarget(decoding: input["cluster"] ?? .null))
      }
      #expect(failure?.kind == .karmadaPanics)
      #expect(failure?.hazards.first?.kind == .karmadaPanics)
      #expect(failure?.hazards.first?.severity == .blocker)
    }
    #expect(count == 3)
  }

  @Test func evaluatesTemplatesAsKarmadaDoes() throws {
    let lines = try Self.lines("jsonpath.jsonl")
    #expect(lines.count == 253)
    for line in lines {
      let input = try JSONValue(parsing: line)
      let name = input["name"]?.string ?? ""
      let want = try #require(input["want"])
      let got = try JSONValue(parsing: JSONPathCase.answer(line))
      #expect(got["name"] == input["name"])
      guard let value = want["value"]?.string else {
        #expect(got["error"]?.string?.isEmpty == false, "\(name)")
        continue
      }
      if input["jsonPath"]?.string?.contains(".*}") == true {
        // All members of an object: their order is random in Kubernetes.
        #expect(got["value"]?.string?.utf8.sorted() == value.utf8.sorted(), "\(name)")
      } else {
        #expect(got["value"]?.string == value, "\(name)")
      }
    }
  }

  @Test(arguments: [
    "", "{", "[]", "5", #"{"name":"a"}"#, #"{"name":"a","object":[]}"#,
    #"{"name":"a","object":{}}"#, #"{"name":"a","object":{},"cluster":{},"overridePolicies":5}"#,
    #"{"name":"a","object":{},"cluster":{},"overridePolicies":[5]}"#,
    #"{"name":"a","object":{},"cluster":{},"overridePolicies":[{"spec":[]}]}"#,
    #"{"name":"a","object":{},"cluster":{},"clusterOverridePolicies":[{"spec":{"overrideRules":"#
      + #"[{"overriders":{"plaintext":[{"path":5}]}}]}}]}"#,
  ])
  func answersLinesThatAreNoCasesWithAnError(line: String) throws {
    let answer = try JSONValue(parsing: OverrideCase.answer(Array(line.utf8)[...]))
    #expect(answer["error"]?.string?.isEmpty == false)
    let path = try JSONValue(parsing: JSONPathCase.answer(Array(line.utf8)[...]))
    #expect(path["error"]?.string?.isEmpty == false)
  }
}
