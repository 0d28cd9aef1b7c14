/// Why there can be no full screen here. Each says what to do instead.
public enum TerminalError: Error, Hashable, Sendable, CustomStringConvertible {
  case notATerminal
  /// TERM is `dumb` or not set.
  case dumb(term: String?)
  /// terminfo has no entry for this TERM.
  case unknown(term: String)
  /// The terminal cannot move its cursor or could not be set up.
  case unusable(term: String, reason: String)

  public var description: String {
    switch self {
    case .notATerminal:
      "there is no terminal to draw on; `quarterdeck snapshot` prints the fleet as text or JSON"
    case .dumb(let term?):
      "the terminal (TERM=\(term)) cannot show a full screen; `quarterdeck snapshot` prints the "
        + "fleet as text"
    case .dumb(nil):
      "TERM is not set, so nothing is known about the terminal; set it, or use "
        + "`quarterdeck snapshot`, which prints the fleet as text"
    case .unknown(let term):
      "this machine does not know the terminal \"\(term)\"; try TERM=xterm-256color, install "
        + "ncurses-term, or use `quarterdeck snapshot`, which prints the fleet as text"
    case .unusable(let term, let reason):
      "the terminal (TERM=\(term)) cannot be used: \(reason); `quarterdeck snapshot` prints the "
        + "fleet as text"
    }
  }
}
