import Foundation

/// Copying through the terminal (OSC 52), which works over SSH too.
public enum Clipboard {
  /// Terminals drop longer ones without a word.
  public static let limit = 74_000

  public enum Outcome: Hashable, Sendable {
    /// Sent; whether it arrived no terminal says. The note is what may stand in the way.
    case sent(note: String?)
    case tooLong(bytes: Int, limit: Int)
  }

  /// The bytes that make the terminal take `text` over, or nil when it is too long.
  static func sequence(for text: String, isScreen: Bool) -> String? {
    guard text.utf8.count <= limit else { return nil }
    let base64 = Data(text.utf8).base64EncodedString()
    let sequence = "\u{1b}]52;c;\(base64)\u{7}"
    // GNU screen keeps such sequences to itself unless they are wrapped, in pieces of under 768.
    guard isScreen else { return sequence }
    var rest = Substring(sequence)
    var wrapped = ""
    while !rest.isEmpty {
      wrapped += "\u{1b}P" + rest.prefix(700) + "\u{1b}\\"
      rest = rest.dropFirst(700)
    }
    return wrapped
  }

  static let tmuxNote = "tmux passes it on only with `set -s set-clipboard on`"
}
