/// What a mouse did, at a cell counted from 0 at the top left.
public struct MouseEvent: Hashable, Sendable {
  public enum Kind: Hashable, Sendable {
    case click, doubleClick, wheelUp, wheelDown
  }

  public var kind: Kind
  public var x: Int
  public var y: Int

  public init(_ kind: Kind, x: Int, y: Int) {
    self.kind = kind
    self.x = x
    self.y = y
  }
}

/// Everything the terminal tells the program.
public enum TerminalInput: Hashable, Sendable {
  case key(Key)
  case mouse(MouseEvent)
  /// Text pasted in one go. It may hold line ends and control characters.
  case paste(String)
  /// The screen's new size in cells.
  case resize(width: Int, height: Int)
  /// The program is back from the shell (ctrl-z and `fg`); the clock may have jumped.
  case resumed
  /// The terminal is gone or the program was asked to end (SIGTERM, SIGHUP); the name says which.
  case hangUp(signal: String)
}
