import Screen

/// What the environment says about the terminal.
public struct TerminalProfile: Hashable, Sendable {
  public var term: String
  /// terminfo entries to try, the best first.
  public var entries: [String]
  /// False for NO_COLOR.
  public var wantsColour: Bool
  /// The terminal or its font has no drawing characters.
  public var needsASCII: Bool
  public var isTmux: Bool
  public var isScreen: Bool

  /// Throws ``TerminalError/dumb(term:)`` for a terminal that has no screen.
  public init(environment: [String: String]) throws(TerminalError) {
    guard let term = environment["TERM"], !term.isEmpty else { throw .dumb(term: nil) }
    guard term != "dumb" else { throw .dumb(term: term) }
    self.term = term
    wantsColour = environment["NO_COLOR", default: ""].isEmpty
    needsASCII = term == "linux"
    isTmux = !environment["TMUX", default: ""].isEmpty
    isScreen = !isTmux && term.hasPrefix("screen")
    entries = [term]
    let deep = ["truecolor", "24bit"].contains(environment["COLORTERM", default: ""])
    // The -direct entries differ from their -256color sisters in how colours are asked for only.
    if deep, wantsColour, term.hasSuffix("-256color") {
      entries.insert(term.dropLast("-256color".count) + "-direct", at: 0)
    }
  }

  /// The depth of a terminal that has so many colours.
  public func depth(colours: Int, isDirect: Bool) -> ColourDepth {
    guard wantsColour else { return .mono }
    if isDirect { return .trueColor }
    switch colours {
    case 256...: return .color256
    case 16...: return .color16
    case 8...: return .color8
    default: return .mono
    }
  }
}
