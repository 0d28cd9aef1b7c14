import CNcurses
import Dashboard

/// Turns what curses reads, one code at a time, into keys and pasted text. A code is a code point,
/// or a KEY_ constant made negative.
struct InputDecoder {
  static let pasteStart: Int32 = 2001
  static let pasteEnd: Int32 = 2002
  /// Longer pastes are cut: nobody means to type a megabyte.
  static let pasteLimit = 1 << 20

  private var pasted: String.UnicodeScalarView?
  private var sawEscape = false

  var isPasting: Bool { pasted != nil }

  /// Nil for a code that is no input by itself, such as the Esc that may begin alt-x.
  mutating func take(_ code: Int32) -> [TerminalInput] {
    if code == -Self.pasteStart {
      pasted = pasted ?? String.UnicodeScalarView()
      return flush()
    }
    if code == -Self.pasteEnd { return finishPaste() }
    if pasted != nil {
      collect(code)
      return []
    }
    if code == 27 {
      let before = flush()
      sawEscape = true
      return before
    }
    guard let key = Self.key(code) else { return flush() }
    guard sawEscape else { return [.key(key)] }
    sawEscape = false
    if case .character(let character) = key { return [.key(.alt(character))] }
    return [.key(.escape), .key(key)]
  }

  /// Nothing more is there to read: an Esc stands for itself.
  mutating func flush() -> [TerminalInput] {
    defer { sawEscape = false }
    return sawEscape ? [.key(.escape)] : []
  }

  /// Gives what was pasted so far, also when the terminal never says that it is over.
  mutating func finishPaste() -> [TerminalInput] {
    guard let text = pasted else { return [] }
    pasted = nil
    return text.isEmpty ? [] : [.paste(String(text))]
  }

  private mutating func collect(_ code: Int32) {
    guard code >= 0, let scalar = Unicode.Scalar(UInt32(code)),
      pasted?.count ?? 0 < Self.pasteLimit
    else { return }
    pasted?.append(scalar == "\r" ? "\n" : scalar)
  }

  /// The key of a code; nil for one that means nothing here.
  static func key(_ code: Int32) -> Key? {
    if code < 0 { return special(-code) }
    switch code {
    case 0: return .ctrl(" ")
    case 8, 127: return .backspace
    case 9: return .tab
    case 10, 13: return .enter
    case 27: return .escape
    case 28...31, 1...26:
      guard let scalar = Unicode.Scalar(UInt32(code) | 0x40) else { return nil }
      return .ctrl(Character(String(Character(scalar)).lowercased()))
    default:
      guard let scalar = Unicode.Scalar(UInt32(code)),
        scalar.properties.generalCategory != .control
      else { return nil }
      return .character(Character(scalar))
    }
  }

  private static func special(_ code: Int32) -> Key? {
    let first = cn_key_f(0)
    if code > first, code <= first + 63 { return .function(Int(code - first)) }
    return specials[code]
  }

  private static let specials: [Int32: Key] = [
    KEY_UP: .up, KEY_DOWN: .down, KEY_LEFT: .left, KEY_RIGHT: .right, KEY_PPAGE: .pageUp,
    KEY_NPAGE: .pageDown, KEY_HOME: .home, KEY_END: .end, KEY_BTAB: .backTab, KEY_ENTER: .enter,
    KEY_BACKSPACE: .backspace, KEY_DC: .delete, KEY_IC: .insert, KEY_SR: .up, KEY_SF: .down,
    KEY_SLEFT: .left, KEY_SRIGHT: .right,
  ]
}
