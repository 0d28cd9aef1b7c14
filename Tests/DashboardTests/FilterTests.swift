import Karmada
import TestSupport
import Testing

@testable import Dashboard

@Suite struct FilterTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var filter: String
    var holds: Bool
    init(_ filter: String, _ holds: Bool) {
      self.filter = filter
      self.holds = holds
    }
    var testDescription: String { "“\(filter)” \(holds ? "holds" : "fails")" }
  }

  /// A row that shows `my-web-app in Größe Ärger` of kind Deployment with three labels.
  private static func passes(_ filter: Filter) -> Bool {
    let text = Array("my-web-app in größe ärger deployment ".utf8)
    return text.withUnsafeBufferPointer { buffer in
      filter.matches(buffer) { field in
        switch field {
        case .name: ["my-web-app"]
        case .kind: ["Deployment"]
        case .label: ["tier", "tier=front end", "b:c"]
        case .reason: []
        default: nil
        }
      }
    }
  }

  @Test(arguments: [
    Case("", true), Case("   ", true), Case("web", true), Case("WEB", true), Case("webs", false),
    Case("web app", true), Case("web nothing", false), Case("app web", true),
    // Fuzzy: letters in order within a word, from the start of a part of it.
    Case("mwa", true), Case("wa", true), Case("mp", true), Case("ya", false), Case("maw", false),
    Case("mi", false), Case("x", false),
    // Texts beyond ASCII.
    Case("größe", true), Case("GRÖSSE", false), Case("GRÖßE", true), Case("Ärger", true),
    // Fields are exact, whatever the case.
    Case("name:my-web-app", true), Case("NAME:My-Web-App", true), Case("name:web", false),
    Case("name:*web*", true), Case("name:my-*-app", true), Case("name:*", true),
    Case("name:my-*-ap", false), Case("kind:deployment name:*app", true),
    Case("label:tier", true), Case("label:b:c", true), Case("label:\"tier=front end\"", true),
    Case("label:tier=front", false), Case("reason:*", false), Case("reason:x", false),
    // A field whose value is still to be typed holds for all.
    Case("name:", true), Case("!name:", true),
    // A field that rows have not.
    Case("cluster:x", false), Case("!cluster:x", true),
    // Negation.
    Case("!web", false), Case("!nothing", true), Case("!name:my-web-app", false),
    Case("!name:other", true), Case("web !kind:Service", true), Case("!", true),
    // Quotes keep spaces; one that is never closed reaches to the end.
    Case("\"app in\"", true), Case("\"in app\"", false), Case("\"app in", true), Case("\"\"", true),
    Case("!\"app in\"", false),
    // No field of ours: plain text.
    Case("nonsense:x", false), Case("http://x", false),
  ])
  func letsThrough(_ given: Case) {
    let fields: [FilterField] = [.name, .kind, .label, .reason, .cluster]
    #expect(Self.passes(Filter(given.filter, fields: fields)) == given.holds)
  }

  @Test(
    arguments: [
      ("web", nil), ("name:x", nil), ("a.b/c:d", nil), (":x", nil), ("12:30", nil),
      ("!nme:x", "no field “nme” here; fields: name kind"),
      ("policy:x", "no field “policy” here; fields: name kind"),
    ] as [(String, String?)])
  func complainsOfUnknownFields(text: String, complaint: String?) {
    let filter = Filter(text, fields: [.name, .kind])
    #expect(filter.complaint == complaint)
    #expect(!filter.isEmpty)
    #expect(filter.text == text)
  }

  @Test(arguments: [
    ("", "", true), ("", "a", false), ("*", "", true), ("*", "anything", true), ("a*", "a", true),
    ("*a", "ba", true), ("*a", "ab", false), ("a*b*c", "a1b2c", true), ("a*b*c", "acb", false),
    ("**", "x", true), ("*ab", "aab", true), ("*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaa", false),
    ("é*", "élan", true), ("a", "ab", false),
  ])
  func globs(pattern: String, text: String, holds: Bool) {
    #expect(Glob.matches(pattern, text) == holds)
  }

  @Test(
    arguments: [
      ("web", "my-web-app", [3..<6]), ("mwa", "my-web-app", [0..<1, 3..<4, 7..<8]),
      ("WEB", "Web", [0..<3]), ("web app", "my-web-app", [3..<6, 7..<10]), ("!web", "my-web", []),
      ("name:web", "web", []), ("web", "no", []), ("web", "größe web", []), ("", "web", []),
    ] as [(String, String, [Range<Int>])])
  func marksWhatMatched(filter: String, text: String, ranges: [Range<Int>]) {
    #expect(Filter(filter, fields: [.name]).highlights(in: text) == ranges)
  }

  // MARK: Narrowing

  @Test(arguments: [
    ("", "a", true), ("a", "ab", true), ("a", "a b", true), ("a b", "ab bc", true),
    ("ab", "a", false), ("a b", "a", false), ("!a", "!ab", false), ("!a", "!a", true),
    ("name:a", "name:ab", false), ("name:a", "name:a b", true), ("name:", "name:a", true),
    ("a", "!ab", false), ("!a", "a", false), ("a", "name:a", false), ("a", "", false),
  ])
  func narrows(old: String, new: String, narrows: Bool) {
    let fields: [FilterField] = [.name]
    #expect(Filter(new, fields: fields).narrows(Filter(old, fields: fields)) == narrows)
  }

  @Test func filteringWhatANarrowedFilterLeftIsFilteringAll() {
    var random = SeededGenerator(seed: 7)
    let pieces = ["a", "b", "ab", " ", " ", "!", "-", "name:", "\"", "*", "B", "é", ":", "kind:a"]
    let texts = (0..<60).map { _ in
      (0..<Int.random(in: 1...4, using: &random))
        .map { _ in ["a", "b", "ab", "-", ".", "é", "x"].randomElement(using: &random) ?? "" }
        .joined()
    }
    func left(_ filter: Filter, of texts: [String]) -> [String] {
      texts.filter { text in
        Array((text + " ").utf8).withUnsafeBufferPointer {
          filter.matches($0) { $0 == .name ? [text] : nil }
        }
      }
    }
    var narrowed = 0
    for _ in 0..<4000 {
      func words(_ count: ClosedRange<Int>) -> String {
        (0..<Int.random(in: count, using: &random))
          .map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
      }
      let first = words(0...5)
      let old = Filter(first, fields: [.name])
      let new = Filter(
        Bool.random(using: &random) ? first + words(0...3) : words(0...5), fields: [.name])
      guard new.narrows(old) else { continue }
      narrowed += 1
      #expect(left(new, of: left(old, of: texts)) == left(new, of: texts))
    }
    #expect(narrowed > 500)
  }
}
