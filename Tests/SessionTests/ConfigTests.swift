import Dashboard
import Session
import Testing

@Suite struct ConfigTests {
  @Test func everythingMayBeSaid() throws {
    let config = try Config(
      file: "c.yaml",
      text: """
        # The on-call screen.
        theme: high-contrast
        pane: Bindings
        poll: 2.5
        mouse: yes
        ascii: false
        columns:
          bindings: [name, state, why]
        keys:
          quit: Q
          yaml: [y, F3]
          mark: Space
          half-page-down: [ctrl-d, alt-d]
        """)
    #expect(config.theme == "high-contrast")
    #expect(config.pane == .bindings)
    #expect(config.poll == .milliseconds(2500))
    #expect(config.isMouseOn == true)
    #expect(config.isASCII == false)
    #expect(config.columns == [.bindings: ["name", "state", "why"]])
    #expect(
      config.keys == [
        .quit: [.character("Q")], .yaml: [.character("y"), .function(3)],
        .mark: [.character(" ")], .halfPageDown: [.ctrl("d"), .alt("d")],
      ])
    let keymap = try config.keymap(file: "c.yaml")
    #expect(keymap.command(for: .character("Q"), in: .list) == .quit)
  }

  @Test(arguments: ["", "\n\n", "# nothing\n", "---\n", "null\n", "{}\n"])
  func everythingMayBeLeftOut(text: String) throws {
    let config = try Config(file: "c.yaml", text: text)
    #expect(config.theme == nil)
    #expect(config.pane == nil)
    #expect(config.poll == nil)
    #expect(config.keys.isEmpty)
  }

  struct Fault: Sendable, CustomTestStringConvertible {
    var text: String
    var line: Int
    var message: String
    init(_ text: String, _ line: Int, _ message: String) {
      (self.text, self.line, self.message) = (text, line, message)
    }
    var testDescription: String { message }
  }

  @Test(arguments: [
    Fault("theme: a\ncolour: b\n", 2, "unknown key “colour”"),
    Fault("- a\n", 1, "the configuration must be a mapping"),
    Fault("just text\n", 1, "the configuration must be a mapping"),
    Fault("\ntheme: [a]\n", 2, "theme must be a text"),
    Fault("theme: a\npane: Workloads\n", 2, "no pane “workloads”; there are: clusters bindings"),
    Fault("pane: {a: b}\n", 1, "pane must be a text"),
    Fault("poll: soon\n", 1, "poll must be a number of seconds from 1 to 3600"),
    Fault("poll: 0\n", 1, "poll must be a number of seconds from 1 to 3600"),
    Fault("poll: 1e99\n", 1, "poll must be a number of seconds from 1 to 3600"),
    Fault("poll: -1\n", 1, "poll must be"), Fault("poll: .inf\n", 1, "not YAML"),
    Fault("mouse: 5\n", 1, "mouse must be true or false"),
    Fault("ascii: maybe\n", 1, "ascii must be true or false"),
    Fault("columns: [name]\n", 1, "columns must be a mapping"),
    Fault("columns:\n  nodes: [name]\n", 2, "no pane “nodes”"),
    Fault("columns:\n  events: name\n", 2, "events must be a list of columns: last type"),
    Fault("columns:\n  events: []\n", 2, "events must be a list of columns"),
    Fault("columns:\n  events: [age]\n", 2, "no column “age” in events; there are: last type"),
    Fault("columns:\n  events: [type, type]\n", 2, "the column “type” is there twice"),
    Fault("keys: q\n", 1, "keys must be a mapping"),
    Fault("keys:\n  quit: Q\n  fly: f\n", 3, "no command “fly”"),
    Fault("keys:\n  quit: Qq\n", 2, "“Qq” is no key"),
    Fault("keys:\n  up: k\n  quit: [Q, ctrl-1]\n", 3, "“ctrl-1” is no key"),
    Fault("keys:\n  quit: {a: b}\n", 2, "quit must be a text"),
    Fault("keys:\n  quit: [[Q]]\n", 2, "“” is no key"),
    Fault("theme: a\npane: [\n", 3, "not YAML"),
    Fault("theme: a\n\"mouse: true\n", 3, "not YAML"), Fault("a: *b\n", 1, "not YAML"),
    Fault("theme: a\nmouse: true\ntheme: b\n", 1, "not YAML"),
    Fault("\ttheme: a\n", 1, "not YAML"),
  ])
  func saysWhatIsWrongAndWhere(fault: Fault) throws {
    let failure = #expect(throws: Config.Failure.self) {
      try Config(file: "c.yaml", text: fault.text)
    }
    #expect(failure?.line == fault.line)
    #expect(failure?.message.contains(fault.message) == true, "\(failure?.message ?? "")")
    #expect(failure?.description.hasPrefix("c.yaml:\(fault.line): ") == true)
    #expect(failure?.description.contains("\n") == false)
  }

  @Test func twoCommandsOnOneKeyAreRefused() throws {
    let config = try Config(file: "c.yaml", text: "keys: {quit: j}")
    let failure = #expect(throws: Config.Failure.self) { try config.keymap(file: "c.yaml") }
    #expect(failure?.description.hasPrefix("c.yaml: key j is asked for by both") == true)
  }
}
