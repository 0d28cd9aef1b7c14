import Dashboard
import Testing

@Suite struct KeyTests {
  static let keys: [Key] =
    [
      .up, .down, .left, .right, .pageUp, .pageDown, .home, .end, .tab, .backTab, .enter, .escape,
      .backspace, .delete, .insert,
    ]
    + (1...63).map { .function($0) }
    + "abcdefgklnopqrstuvwxyz\\]^_ ".map { .ctrl($0) }
    + (0x20...0x7E).compactMap(Unicode.Scalar.init(_:)).flatMap {
      [.character(Character($0)), .alt(Character($0))] as [Key]
    } + [.character("é"), .character("世"), .alt("ß"), .character("↑")]

  @Test(arguments: keys)
  func theNameOfAKeyReadsBackAsTheKey(key: Key) {
    #expect(Key(name: key.name) == key)
  }

  @Test(arguments: [
    ("CTRL-D", Key.ctrl("d")), ("ctrl-m", .enter), ("ctrl-i", .tab), ("ctrl-[", .escape),
    ("ctrl-h", .backspace), ("enter", .enter), ("Return", .enter), ("pageup", .pageUp),
    ("esc", .escape), ("f12", .function(12)), ("alt-X", .alt("X")), ("alt-space", .alt(" ")),
    ("-", .character("-")), ("\t", .tab), ("Del", .delete),
  ])
  func readsOtherSpellings(name: String, key: Key) {
    #expect(Key(name: name) == key)
  }

  @Test(arguments: [
    "", "ctrl-", "ctrl-é", "ctrl-1", "alt-", "alt-xy", "F0", "F64", "F05", "Fx", "Entre", "shift-x",
    "\u{0}", "ab", "f99999999999999999999",
  ])
  func refusesWhatIsNoKey(name: String) {
    #expect(Key(name: name) == nil)
  }

  @Test func readsAScript() throws {
    #expect(
      try Key.sequence(parsing: "3 Enter /  o\to m Enter\n") == [
        .character("3"), .enter, .character("/"), .character("o"), .character("o"),
        .character("m"), .enter,
      ])
    #expect(try Key.sequence(parsing: " ").isEmpty)
  }

  @Test func namesTheWordThatIsNoKey() {
    let error = #expect(throws: Key.UnknownName.self) { try Key.sequence(parsing: "3 Entre x") }
    #expect(error?.position == 2)
    #expect(error?.description.hasPrefix("key 2, \"Entre\", is not a key") == true)
  }
}
