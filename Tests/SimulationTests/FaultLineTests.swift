import Foundation
import TestSupport
import Testing

@testable import Simulation

@Suite struct FaultLineTests {
  @Test(arguments: [
    "kill member3", "cut member1", "slow member2 0.25", "break Deployment shop/web member1",
    "break ClusterRole reader", "drop", "drop works", "delay 2 resourcebindings", "repeat events",
    "silence", "gone", "throttle 5", "throttle 1 3", "slow-writes 2", "fail-writes",
    "fail-writes 2", "lose-answers 1", "webhook-down", "expire-events", "skew -30", "restart 5",
    "revoke-token",
  ])
  func aFaultSaysItselfAsItIsWritten(line: String) throws {
    guard case .fault(let fault) = try FaultLine(parsing: line) else {
      Issue.record("\(line) is no fault")
      return
    }
    #expect(fault.description == line)
  }

  @Test(arguments: [
    ("restore member3", FaultLine.restore("member3")), ("clear", .clear(nil)),
    ("clear 7", .clear(7)),
    (
      " heal \t Deployment  shop/web ",
      .heal(ApplicationID(kind: "Deployment", namespace: "shop", name: "web"))
    ),
    ("restart", .fault(.restart(.seconds(5)))),
  ])
  func readsWhatEndsThem(line: String, wanted: FaultLine) throws {
    #expect(try FaultLine(parsing: line) == wanted)
  }

  @Test(arguments: [
    ("", "no fault was named"), ("explode", "there is no fault “explode”; there are: kill cut"),
    ("kill", "something is missing; “kill MEMBER” is how it is written"),
    ("kill a b", "“b” is too much"), ("slow m soon", "“soon” is not a number of seconds"),
    ("slow m -1", "“-1” is not a number of seconds"), ("slow m nan", "not a number of seconds"),
    ("throttle 1 0", "“0” is not a number from 1 on"), ("throttle 1.5", "not a whole number"),
    ("drop pears", "“pears” is no resource of this server"),
    ("break Pear a/b", "“Pear” is no kind a member has"),
    ("break Deployment a/b/c", "NAMESPACE/NAME, or NAME alone"),
    ("break Deployment /b", "NAMESPACE/NAME, or NAME alone"),
  ])
  func refusesWithWhatWouldDo(line: String, why: String) {
    #expect {
      try FaultLine(parsing: line)
    } throws: { error in
      (error as? FaultLine.Failure)?.description.contains(why) ?? false
    }
  }

  @Test func everyWordIsRead() {
    let samples = [
      "MEMBER": "m", "SECONDS": "1", "KIND": "Deployment", "NAMESPACE/NAME": "a/b",
      "[MEMBER]": "", "[RESOURCE]": "", "[COUNT]": "", "[SECONDS]": "", "[NUMBER]": "",
    ]
    for word in FaultLine.words {
      let arguments = word.arguments.split(separator: " ").map { samples[String($0)] ?? "?" }
      #expect(throws: Never.self, "\(word.name)") {
        try FaultLine(parsing: ([word.name] + arguments).joined(separator: " "))
      }
    }
  }

  /// README's table is this one.
  @Test func theReadmeKnowsThemAll() throws {
    let readme = Fixture.directory.appending(path: "../../README.md")
    let text = try String(contentsOf: readme, encoding: .utf8)
    let table = FaultLine.words.map { "| `\($0.syntax)` | \($0.help) |\n" }.joined()
    #expect(text.contains("<!-- faults -->\n| fault | what goes wrong |\n|---|---|\n\(table)<!--"))
  }

  @Test func anyTextIsReadOrRefused() {
    var random = SeededGenerator(seed: 5)
    let parts =
      FaultLine.words.map(\.name) + [
        "1", "-1", "1e999", "9223372036854775808", "m", "/", "a/b", "é",
      ]
    for _ in 0..<3_000 {
      let line = (0..<Int.random(in: 0..<5, using: &random)).map { _ in
        parts[Int.random(in: 0..<parts.count, using: &random)]
      }.joined(separator: " ")
      do {
        _ = try FaultLine(parsing: line)
      } catch {
        #expect(!error.description.isEmpty)
      }
    }
  }
}
