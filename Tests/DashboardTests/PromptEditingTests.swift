import TestSupport
import Testing

@testable import Dashboard

@Suite struct PromptEditingTests {
  /// The line with a bar where the cursor stands.
  private static func shown(_ prompt: Prompt) -> String {
    "\(prompt.text.prefix(prompt.cursor))|\(prompt.text.dropFirst(prompt.cursor))"
  }

  /// A key's name, or U+ and a code point.
  private static func key(_ word: Substring) throws -> Key {
    guard word.hasPrefix("U+") else { return try #require(Key(name: String(word))) }
    let number = try #require(UInt32(word.dropFirst(2), radix: 16))
    return .character(Character(try #require(Unicode.Scalar(number))))
  }

  @Test(arguments: [
    ("a b", "ab|"), ("a b Left c", "ac|b"), ("a b Home c", "c|ab"),
    ("a b ctrl-a ctrl-f c", "ac|b"), ("a b Left Left Left c", "c|ab"), ("a b End Right c", "abc|"),
    ("a b Backspace", "a|"), ("a b Left Backspace", "|b"), ("a b Home Backspace", "|ab"),
    ("a b Home Delete", "|b"), ("a b Delete", "ab|"), ("a b ctrl-b ctrl-d", "a|"),
    ("a Space b c ctrl-w", "a |"), ("a Space b Space Space ctrl-w", "a |"),
    ("a Space b c Left ctrl-w", "a |c"), ("ctrl-w", "|"), ("a b Left ctrl-u", "|b"),
    ("a b ctrl-u c", "c|"),
    // Wide characters and those of several code points are one step each.
    ("日 本 Left x", "日x|本"), ("👩‍👩‍👧 Backspace a", "a|"), ("é a Left Backspace", "|a"),
    // A combining mark joins what stands before it.
    ("e b Left U+301", "e\u{301}|b"), ("U+301 a Left", "\u{301}|a"),
    ("e b Left U+301 x", "e\u{301}x|b"), ("e U+301 Backspace", "|"),
    // Two halves of a flag meet.
    ("🇩 x 🇪 Left Backspace", "🇩🇪|"),
  ])
  func edits(keys: String, line: String) throws {
    var state = AppState.loaded()
    try state.press(":")
    for word in keys.split(separator: " ") { state.take(.input(.key(try Self.key(word)))) }
    let prompt = try #require(state.prompt)
    #expect(Self.shown(prompt) == line)
  }

  @Test func theCursorNeverLeavesTheText() throws {
    var random = SeededGenerator(seed: 3)
    let keys: [Key] =
      [
        .left, .right, .home, .end, .backspace, .delete, .ctrl("w"), .ctrl("u"), .tab, .up, .down,
      ] + "ae 日:\u{301}\u{200D}👩🇩🇪\u{0}".map { .character($0) }
      + ["\u{301}", "\u{200D}", "👧", "🇩", "\r\n", "\u{1F3FB}"].map { .character($0) }
    var state = AppState.loaded()
    for _ in 0..<20_000 {
      if state.prompt == nil { try state.press(":") }
      let before = state.prompt?.text ?? ""
      guard let key = keys.randomElement(using: &random) else { return }
      state.take(.input(.key(key)))
      guard let prompt = state.prompt else { continue }
      #expect((0...prompt.text.count).contains(prompt.cursor), "\(before.debugDescription) \(key)")
    }
  }
}
