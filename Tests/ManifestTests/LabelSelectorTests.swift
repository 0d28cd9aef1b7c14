import Manifest
import Testing

struct LabelSelectorTests {
  private let labels = ["app": "web", "tier": "", "n": "7"]

  @Test(arguments: [
    ("", true), ("app", true), ("!app", false), ("app=web", true), ("app==web", true),
    ("app = web , tier=", true), ("app!=web", false), ("gone!=web", true), ("gone=web", false),
    ("app in (db, web)", true), ("app notin (db)", true), ("gone notin (db)", true), ("n>6", true),
    ("n<7", false), ("app>6", false), ("app in (db),n", false),
  ])
  func readsQueries(text: String, matches: Bool) throws {
    let selector = try LabelSelector(parsing: text)
    #expect(selector.matches(labels) == matches)
    #expect(try LabelSelector(parsing: selector.query) == selector)
  }

  @Test(arguments: [
    ",", "a,", "=a", "a=b=c", "a in", "a in (", "a into (b)", "!", "a!b", "a b", "-a", "a=-b",
    "a/b/c", "a in ()x", "n>x", String(repeating: "a", count: 64),
  ])
  func refusesWhatIsNoQuery(text: String) {
    #expect(throws: LabelSelector.Failure.self) { try LabelSelector(parsing: text) }
  }

  @Test func readsObjects() throws {
    let selector = try LabelSelector(decoding: [
      "matchLabels": ["app": "web"],
      "matchExpressions": [
        ["key": "tier", "operator": "Exists"], ["key": "x", "operator": "DoesNotExist"],
        ["key": "n", "operator": "In", "values": ["7", "8"]],
      ],
    ])
    #expect(selector.matches(labels))
    #expect(selector.firstUnmet(["app": "web"])?.key == "tier")
    #expect(try LabelSelector(decoding: [:]).matches([:]))
  }

  @Test(
    arguments: [
      5, ["matchLabels": 5], ["matchLabels": ["a": 5]], ["matchLabels": ["a b": "c"]],
      ["matchExpressions": [["key": "a", "operator": "Gt", "values": ["1"]]]],
      ["matchExpressions": [["key": "a", "operator": "In"]]],
      ["matchExpressions": [["key": "a", "operator": "Exists", "values": ["x"]]]],
      ["matchExpressions": ["x"]],
    ] as [JSONValue])
  func refusesObjectsThatAreNoSelectors(value: JSONValue) {
    #expect(throws: LabelSelector.Failure.self) { try LabelSelector(decoding: value) }
  }

  @Test func nodeSelectorsKnowOrder() throws {
    let selector = try LabelSelector(decodingExpressions: [
      ["key": "n", "operator": "Gt", "values": ["6"]],
      ["key": "n", "operator": "Lt", "values": ["8"]],
    ])
    #expect(selector.matches(labels))
    #expect(!selector.matches(["n": "8"]))
    #expect(!selector.matches([:]))
  }
}
