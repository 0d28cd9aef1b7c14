import CNcurses
import Dashboard
import Testing

@testable import Terminal

@Suite struct InputDecoderTests {
  /// What a burst of codes means.
  static func decode(_ codes: [Int32]) -> [TerminalInput] {
    var decoder = InputDecoder()
    return codes.flatMap { decoder.take($0) } + decoder.flush()
  }

  @Test(
    arguments: [
      ([97], [.character("a")]), ([0x4E16], [.character("世")]), ([13], [.enter]), ([10], [.enter]),
      ([9], [.tab]), ([4], [.ctrl("d")]), ([26], [.ctrl("z")]), ([0], [.ctrl(" ")]),
      ([28], [.ctrl("\\")]), ([31], [.ctrl("_")]), ([127], [.backspace]), ([8], [.backspace]),
      ([27], [.escape]), ([27, 120], [.alt("x")]), ([27, 27], [.escape, .escape]),
      ([27, -KEY_UP], [.escape, .up]), ([-KEY_UP], [.up]), ([-KEY_BTAB], [.backTab]),
      ([-KEY_PPAGE, -KEY_NPAGE], [.pageUp, .pageDown]), ([-KEY_F0 - 5], [.function(5)]),
      ([27, 13], [.escape, .enter]), ([0x85], []), ([0xD800], []), ([0x110000], []),
      ([-KEY_RESIZE], []), ([27, -KEY_RESIZE], [.escape]), ([Int32.max], []),
    ] as [([Int32], [Key])])
  func decodesKeys(codes: [Int32], keys: [Key]) {
    #expect(Self.decode(codes) == keys.map { .key($0) })
  }

  @Test func collectsAPasteUntilItsEnd() {
    let codes: [Int32] = [
      -InputDecoder.pasteStart, 97, 13, 27, -KEY_UP, 0x4E16, -InputDecoder.pasteEnd, 98,
    ]
    #expect(Self.decode(codes) == [.paste("a\n\u{1b}世"), .key(.character("b"))])
  }

  @Test func aPasteThatNeverEndsIsNotLost() {
    var decoder = InputDecoder()
    #expect(decoder.take(-InputDecoder.pasteStart).isEmpty)
    #expect(decoder.take(97).isEmpty)
    #expect(decoder.isPasting)
    #expect(decoder.finishPaste() == [.paste("a")])
    #expect(!decoder.isPasting)
    #expect(decoder.finishPaste().isEmpty)
  }

  @Test func anEmptyPasteIsNothing() {
    #expect(Self.decode([-InputDecoder.pasteStart, -InputDecoder.pasteEnd]).isEmpty)
    #expect(Self.decode([-InputDecoder.pasteEnd]).isEmpty)
  }
}
