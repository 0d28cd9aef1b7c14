/// One key press, as the terminal could tell it apart. A terminal sends ctrl-m, ctrl-j and Enter
/// as the same thing, ctrl-i as Tab, ctrl-[ as Esc and ctrl-h as Backspace; so do the names here.
public enum Key: Hashable, Sendable {
  case character(Character)
  /// The character is a lower-case letter, a space or one of `\ ] ^ _`.
  case ctrl(Character)
  case alt(Character)
  case up, down, left, right
  case pageUp, pageDown, home, end
  case tab, backTab, enter, escape
  case backspace, delete, insert
  /// F1 is `function(1)`; 1…63.
  case function(Int)
}

extension Key {
  /// What help and the footer show, and what ``init(name:)`` reads.
  public var name: String {
    switch self {
    case .character(" "): "Space"
    case .character(let character): String(character)
    case .ctrl(" "): "ctrl-Space"
    case .ctrl(let character): "ctrl-\(character)"
    case .alt(" "): "alt-Space"
    case .alt(let character): "alt-\(character)"
    case .function(let number): "F\(number)"
    case .up: "Up"
    case .down: "Down"
    case .left: "Left"
    case .right: "Right"
    case .pageUp: "PgUp"
    case .pageDown: "PgDn"
    case .home: "Home"
    case .end: "End"
    case .tab: "Tab"
    case .backTab: "shift-Tab"
    case .enter: "Enter"
    case .escape: "Esc"
    case .backspace: "Backspace"
    case .delete: "Delete"
    case .insert: "Insert"
    }
  }

  /// Reads `ctrl-d`, `Enter`, `Space`, `shift-Tab`, `F5`, `PgUp`, `alt-x` or one character.
  /// Names longer than a character may be written in any case; nil for anything else.
  public init?(name: String) {
    if name.count == 1, let character = name.first {
      guard let key = Key(single: character) else { return nil }
      self = key
      return
    }
    let lowered = name.lowercased()
    if let key = Key.named[lowered] {
      self = key
    } else if lowered.hasPrefix("ctrl-") {
      guard let key = Key(ctrl: lowered.dropFirst(5)) else { return nil }
      self = key
    } else if lowered.hasPrefix("alt-") {
      let rest = name.dropFirst(4)
      if rest.lowercased() == "space" {
        self = .alt(" ")
      } else if rest.count == 1, let character = rest.first, !character.isControl {
        self = .alt(character)
      } else {
        return nil
      }
    } else if lowered.hasPrefix("f"), let number = Int(lowered.dropFirst()),
      (1...63).contains(number), "f\(number)" == lowered
    {
      self = .function(number)
    } else {
      return nil
    }
  }

  private init?(single character: Character) {
    switch character {
    case "\r", "\n", "\r\n": self = .enter
    case "\t": self = .tab
    case "\u{1b}": self = .escape
    default:
      if character.isControl { return nil }
      self = .character(character)
    }
  }

  private init?(ctrl rest: Substring) {
    if rest == "space" {
      self = .ctrl(" ")
      return
    }
    guard rest.count == 1, let character = rest.first else { return nil }
    switch character {
    case "m", "j": self = .enter
    case "i": self = .tab
    case "[": self = .escape
    case "h": self = .backspace
    case "a"..."z", "\\", "]", "^", "_": self = .ctrl(character)
    default: return nil
    }
  }

  private static let named: [String: Key] = [
    "space": .character(" "), "up": .up, "down": .down, "left": .left, "right": .right,
    "pgup": .pageUp, "pageup": .pageUp, "pgdn": .pageDown, "pgdown": .pageDown,
    "pagedown": .pageDown, "home": .home, "end": .end, "tab": .tab, "shift-tab": .backTab,
    "backtab": .backTab, "enter": .enter, "return": .enter, "esc": .escape, "escape": .escape,
    "backspace": .backspace, "delete": .delete, "del": .delete, "insert": .insert,
    "ins": .insert,
  ]
}

extension Key {
  /// A word of a key script that is no key.
  public struct UnknownName: Error, Hashable, Sendable, CustomStringConvertible {
    public let word: String
    /// Counted from 1.
    public let position: Int

    public var description: String {
      "key \(position), \"\(word)\", is not a key: write one character or a name such as "
        + "Enter, Esc, Space, Tab, Up, PgDn, ctrl-d, alt-x or F5, with spaces between keys"
    }
  }

  /// Reads a script of keys separated by white space: `3 Enter / o o m Enter`.
  /// Throws ``UnknownName`` for the first word that is no key.
  public static func sequence(parsing script: String) throws(UnknownName) -> [Key] {
    var keys: [Key] = []
    for (index, word) in script.split(whereSeparator: \.isWhitespace).enumerated() {
      guard let key = Key(name: String(word)) else {
        throw UnknownName(word: String(word), position: index + 1)
      }
      keys.append(key)
    }
    return keys
  }
}

extension Character {
  fileprivate var isControl: Bool {
    unicodeScalars.contains { $0.properties.generalCategory == .control }
  }
}
