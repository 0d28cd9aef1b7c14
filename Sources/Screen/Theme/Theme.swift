import Dashboard

/// What every role looks like on a terminal with all colours.
public struct Theme: Equatable, Sendable {
  /// A role's look. A nil background is the one of ``Role/text``.
  public struct Look: Hashable, Sendable {
    public var foreground: Colour
    public var background: Colour?
    public var attributes: Attributes
  }

  public let name: String
  /// The background of the terminal the theme is made for. It is measured against, not painted.
  public let ground: Colour
  /// Has every role.
  public let looks: [Role: Look]

  public func look(of role: Role) -> Look {
    looks[role] ?? Look(foreground: .terminalDefault, background: nil, attributes: [])
  }

  /// Puts a theme together from its file and those it inherits, the nearest ancestor last.
  /// Throws for a colour that nobody names and for roles that are missing.
  init(name: String, files: [ThemeFile]) throws(ThemeError) {
    var palette: [String: Colour] = [:]
    var looks: [Role: ThemeFile.Look] = [:]
    var ground: ThemeFile.Placed<String>?
    for file in files.reversed() {
      palette.merge(file.palette.mapValues(\.value)) { $1 }
      for (role, look) in file.roles { looks[role, default: ThemeFile.Look()].override(with: look) }
      ground = file.ground ?? ground
    }
    let missing = Role.allCases.filter { looks[$0] == nil }
    guard missing.isEmpty else {
      let names = missing.map(\.rawValue).joined(separator: ", ")
      throw ThemeError(
        file: files.first?.file ?? name, line: nil,
        message: "no look for \(names); add them or inherit a theme that has them")
    }
    var resolved: [Role: Look] = [:]
    for (role, look) in looks { resolved[role] = try Look(look, palette: palette) }
    self.name = name
    self.ground = try Self.ground(ground, palette: palette)
    self.looks = resolved
  }

  private static func ground(
    _ text: ThemeFile.Placed<String>?, palette: [String: Colour]
  ) throws(ThemeError) -> Colour {
    guard let text else { return .indexed(0) }
    switch text.value {
    case "dark": return .indexed(0)
    case "light": return .indexed(15)
    default: return try text.colour(in: palette)
    }
  }
}

extension Theme.Look {
  fileprivate init(_ look: ThemeFile.Look, palette: [String: Colour]) throws(ThemeError) {
    foreground = .terminalDefault
    if let text = look.foreground { foreground = try text.colour(in: palette) }
    background = nil
    if let text = look.background { background = try text.colour(in: palette) }
    attributes = []
    for (attribute, isOn) in look.attributes {
      if isOn { attributes.insert(attribute) } else { attributes.remove(attribute) }
    }
  }
}

extension ThemeFile.Placed<String> {
  /// The palette's names come before ANSI's.
  fileprivate func colour(in palette: [String: Colour]) throws(ThemeError) -> Colour {
    if let colour = palette[value] ?? Colour(name: value) { return colour }
    let names = palette.keys.sorted() + Colour.names + ["default"]
    throw ThemeError(
      file: file, line: line,
      message: "unknown colour \"\(value)\"" + Suggestion.text(for: value, among: names))
  }
}
