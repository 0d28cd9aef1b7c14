import Testing

@testable import Dashboard

@Suite struct CommandTableTests {
  @Test func everyCommandIsThereOnce() {
    #expect(Command.table.map(\.id).count == Set(Command.table.map(\.id)).count)
    #expect(Set(Command.table.map(\.id)) == Set(CommandID.allCases))
    for id in CommandID.allCases { #expect(Command.named(id)?.id == id) }
  }

  @Test func noKeyMeansTwoThingsInOnePlace() {
    for context in InputContext.allCases {
      var taken: [Key: CommandID] = [:]
      for command in Command.table where command.contexts.contains(context) {
        for key in command.keys {
          let other = taken.updateValue(command.id, forKey: key)
          #expect(other == nil, "\(key.name) in \(context)")
        }
      }
    }
  }

  @Test(arguments: CommandID.allCases)
  func isDescribedAndReachable(id: CommandID) throws {
    let command = try #require(Command.named(id))
    #expect(!command.title.isEmpty)
    #expect(command.help.hasSuffix("."))
    #expect(command.help.first?.isUppercase == true)
    #expect(!command.contexts.isEmpty)
    let isTypeable = CommandWords.typeable.contains { $0.id == id }
    #expect(!command.keys.isEmpty || isTypeable)
    for key in command.keys { #expect(Key(name: key.name) == key) }
    // The key line shows the key: a command without one has no place there.
    if command.keyLineRank != nil { #expect(!command.keys.isEmpty) }
    if case .required = command.argument { #expect(command.keys.isEmpty) }
  }

  @Test func placesInTheKeyLineAreDistinct() {
    for context in InputContext.allCases {
      let ranks = Command.table.filter { $0.contexts.contains(context) }.compactMap(\.keyLineRank)
      #expect(ranks.count == Set(ranks).count)
    }
  }

  /// ctrl-d must never do harm, and nothing here may change a server.
  @Test func noSingleKeyWrites() {
    #expect(Command.table.allSatisfy { !$0.writes || $0.keys.isEmpty })
    #expect(Keymap.standard.command(for: .ctrl("d"), in: .list) == .halfPageDown)
  }

  // MARK: Keymaps

  @Test func keysAreReplaced() throws {
    let map = try Keymap(replacing: [.quit: [.character("Q"), .function(10)], .help: []])
    #expect(map.command(for: .character("Q"), in: .list) == .quit)
    #expect(map.command(for: .function(10), in: .text) == .quit)
    #expect(map.command(for: .character("q"), in: .list) == nil)
    #expect(map.command(for: .character("?"), in: .list) == nil)
    #expect(map.keyName(of: .quit) == "Q")
    #expect(map.keyName(of: .help) == nil)
    #expect(map.command(for: .character("j"), in: .list) == .down)
  }

  @Test func replacedKeysAreObeyed() throws {
    let map = try Keymap(replacing: [.quit: [.character("Q")]])
    var state = AppState(now: Sample.start, endpoint: Sample.endpoint, keymap: map)
    #expect(try state.press("q") == [])
    #expect(try state.press("Q") == [.quit])
  }

  @Test func twoCommandsCannotShareAKeyWhereBothApply() {
    let conflict = #expect(throws: Keymap.Conflict.self) {
      try Keymap(replacing: [.quit: [.character("j")]])
    }
    let text = conflict?.description ?? ""
    for word in ["key j ", "down", "quit"] { #expect(text.contains(word)) }
    // Where they never meet they can: m is the mouse in lists, managedFields in pages.
    #expect(throws: Never.self) { try Keymap(replacing: [.mark: [.character("n")]]) }
  }

  @Test func aKeyThatCanBeTypedIsTypedInAPrompt() throws {
    let map = try Keymap(replacing: [.repaint: [.character("X"), .ctrl("l")]])
    var state = AppState(now: Sample.start, endpoint: Sample.endpoint, keymap: map)
    #expect(try state.press("X") == [.repaint])
    #expect(try state.press(": X") == [])
    #expect(state.prompt?.text == "X")
    #expect(try state.press("ctrl-l") == [.repaint])
  }
}
