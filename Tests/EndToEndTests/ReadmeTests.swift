import Foundation
import Testing

@Suite struct ReadmeTests {
  private static let readme = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "README.md")

  /// README's key table is what `quarterdeck keys` says. To renew it, run this test with
  /// `RECORD_GOLDEN=1`; recording counts as a failure.
  @Test func theKeyTableIsTheProgramsOwn() async throws {
    let outcome = try await Quarterdeck.run("keys", in: try Workspace())
    #expect(outcome.status == 0)
    let table = Self.markdown(outcome.lines)
    let text = try String(contentsOf: Self.readme, encoding: .utf8)
    let start = try #require(text.firstRange(of: "<!-- keys -->\n"))
    let end = try #require(text.firstRange(of: "<!-- /keys -->"))
    if ProcessInfo.processInfo.environment["RECORD_GOLDEN"] == "1" {
      let new = text.replacingCharacters(in: start.upperBound..<end.lowerBound, with: table)
      try new.write(to: Self.readme, atomically: true, encoding: .utf8)
      Issue.record("README's key table is written anew")
    } else {
      #expect(text[start.upperBound..<end.lowerBound] == table)
    }
  }

  /// Columns, two spaces or more apart, as a Markdown table.
  private static func markdown(_ lines: [String]) -> String {
    let rows = lines.map { line in
      line.split(separator: /\s{2,}/).map(String.init)
    }
    var table = "| key | command | where | what it does |\n|---|---|---|---|\n"
    for row in rows.dropFirst() where row.count == 4 {
      let keys = row[0].split(separator: " ").map { "`\($0.replacing("|", with: "\\|"))`" }
        .joined(separator: " ")
      let help = row[3].replacing("|", with: "\\|")
      table += "| \(keys) | \(row[1]) | \(row[2]) | \(help) |\n"
    }
    return table
  }

  @Test func everyThemeItNamesIsThereAndSound() async throws {
    let outcome = try await Quarterdeck.run("themes", in: try Workspace())
    #expect(outcome.status == 0)
    let text = try String(contentsOf: Self.readme, encoding: .utf8)
    for line in outcome.lines.dropFirst() {
      #expect(line.hasSuffix("ok"))
      #expect(text.contains("`\(line.prefix { $0 != " " })`"))
    }
  }
}
