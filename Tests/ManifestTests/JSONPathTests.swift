import Manifest
import TestSupport
import Testing

struct JSONPathTests {
  private let status: JSONValue = [
    "id": "4f2c", "n": 3, "big": 1_000_000, "f": 0.5, "ok": true, "nil": nil,
    "items": [["name": "a", "v": 1], ["name": "b", "v": 2]], "words": ["x", "y", "z"],
    "text": "hi", "m": ["k": ["z": 1, "a": "<"]],
  ]

  @Test(arguments: [
    ("plain", "plain"), ("", ""), ("job-{.id}", "job-4f2c"), ("{.n}{.f}", "30.5"),
    ("{.big}", "1e+06"), ("{.nil}", "null"), ("{.m}", #"{"k":{"a":"\u003c","z":1}}"#),
    ("{.words[*]}", "x y z"), ("{.words[-2:]}", "y z"), ("{.words[::2]}", "x z"),
    ("{.words[0,2]}", "x z"), ("{['id','n']}", "4f2c 3"), ("{.text.*}", "104 105"),
    ("{range .items[*]}{.name}={.v};{end}!", "a=1;b=2;!"),
    ("{range .items[*]}{range .name}{@}{end},{end}", "a,b,"),
    (#"{.items[?(@.name=="b")].v}"#, "2"), (#"{.items[?(@.v>=2.0)].name}"#, "b"),
    (#"{.items[?(@.name!='b')].v}"#, "1"), (#"{.items[?(@.name=~"^[b-z]$")].v}"#, "2"),
    (#"{.words[?(@=~"(?i)X|z+")]}"#, "x z"), ("{..name}", "a b"), ("{.m.k.a}{'}'}", "<}"),
    (#"{"a\tb\u00e9"}"#, "a\tbé"), (#"{.m['k']['z']}"#, "1"), ("{.words[]}", "x"),
    ("{5}{true}{1.50}", "5true1.5"), (#"{.items[?(@.words[5])].name}"#, ""),
    (#"{.items[?(@[5])].name}"#, "a b"),
  ])
  func makesText(template: String, text: String) throws {
    #expect(try JSONPath(parsing: template).text(of: status) == text)
  }

  @Test(arguments: [
    "{", "{.a", "{.a\n}", "{|}", "{.a[}", "{.a[x]}", "{.a[1:2:3:4]}", "{.a[-]}", "{'a}", "{'\\q'}",
    "{.a[?(@.b==1]}", "{.a[?(@.b}", "{....}", "{1.2.3}", "{.a[99999999999999999999]}",
  ])
  func cannotBeRead(template: String) {
    let failure = #expect(throws: JSONPath.Failure.self) { try JSONPath(parsing: template) }
    #expect(failure?.stage == .parse)
  }

  @Test(arguments: [
    "{.no}", "{.id.no}", "{.words.a}", "{.words[3]}", "{.words[-4]}", "{.words[2:1]}", "{end}",
    "{.words[0:3:0]}", "{.n[0]}", "{foo}", "{.items[?(@.v>1)].name}", "{.items[?(@.v==@)].name}",
    "{.id[?(@)]}", "{.words[?(@=~'[')]}", "{.items[?(@.v=~'1')]}", "{.items[?(@.v=1)]}",
    "{.nil.x}", "{range .items[*]}{.name}",
  ])
  func doesNotFit(template: String) throws {
    let path = try JSONPath(parsing: template)
    let failure = #expect(throws: JSONPath.Failure.self) { try path.text(of: status) }
    #expect(failure?.stage == .execute)
  }

  @Test func templatesThatMultiplyAreStopped() throws {
    let list = JSONValue.array(Array(repeating: [1, 2, 3, 4, 5, 6, 7, 8, 9], count: 9))
    let template = String(repeating: "{range .a[*]}", count: 40)
    let path = try JSONPath(parsing: template)
    #expect(throws: JSONPath.Failure.self) { try path.text(of: ["a": list]) }
    let deep = try JSONPath(parsing: "{" + String(repeating: "..[*]", count: 30) + "}")
    #expect(throws: JSONPath.Failure.self) { try deep.text(of: ["a": list]) }
    let regex = try JSONPath(parsing: "{.w[?(@=~'(a*)*(a*)*(a|aa)+$')]}")
    let text = String(repeating: "a", count: 5_000) + "b"
    #expect(try regex.text(of: ["w": [.string(text)]]) == "")
  }

  @Test func anyTemplateIsAnsweredOrRefused() {
    var random = RandomJSON(seed: 41)
    let pieces = [
      "{", "}", ".", "..", "[", "]", "*", "?(", ")", "@", "$", "'", "\"", ",", ":", "-", "1", "0",
      "range ", "end", ".items", ".name", "==", ">", "=~", "\\", " ", "|", "true", "é", "\n", "a",
    ]
    for _ in 0..<20_000 {
      let template = (0..<Int.random(in: 1..<14, using: &random.generator))
        .map { _ in pieces.randomElement(using: &random.generator, or: "") }.joined()
      for template in [template, "{.items\(template)}"] {
        do { _ = try JSONPath(parsing: template).text(of: status) } catch {
          #expect(!error.description.isEmpty)
        }
      }
    }
  }
}
