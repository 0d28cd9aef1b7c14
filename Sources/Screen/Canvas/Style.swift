import Dashboard

/// How a cell looks, by meaning. Colours come from the theme when the cell goes to a terminal.
public struct Style: Hashable, Sendable {
  /// Gives the text its colour.
  public var role: Role
  /// Gives the cell its background, such as ``Role/selection`` for the selected row; nil is the
  /// role's own.
  public var background: Role?
  /// On top of what the theme gives the role.
  public var attributes: Attributes

  public init(_ role: Role = .text, background: Role? = nil, attributes: Attributes = []) {
    self.role = role
    self.background = background
    self.attributes = attributes
  }
}

/// What a terminal can do to a character besides colour.
public struct Attributes: OptionSet, Hashable, Sendable {
  public let rawValue: UInt8
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  public static let bold = Attributes(rawValue: 1)
  public static let dim = Attributes(rawValue: 2)
  public static let italic = Attributes(rawValue: 4)
  public static let underline = Attributes(rawValue: 8)
  public static let reverse = Attributes(rawValue: 16)
}

/// One place on the screen.
public struct Cell: Hashable, Sendable {
  /// One cluster that a terminal can be sent: never a control character.
  public var text: Character
  public var style: Style
  /// The right half of the wide cluster in the cell before it; its text is a space.
  public var isContinuation: Bool
  // Fills the place up to its stride, so that equal bytes mean equal cells and rows can be
  // compared at once.
  private let padding: UInt32 = 0

  public init(_ text: Character = " ", style: Style = Style(), isContinuation: Bool = false) {
    self.text = text
    self.style = style
    self.isContinuation = isContinuation
  }
}
