import Dashboard

/// How a cell looks on one terminal.
public struct CellStyle: Hashable, Sendable {
  public var foreground: Colour
  public var background: Colour
  public var attributes: Attributes

  public init(
    foreground: Colour = .terminalDefault, background: Colour = .terminalDefault,
    attributes: Attributes = []
  ) {
    self.foreground = foreground
    self.background = background
    self.attributes = attributes
  }
}

/// A theme brought down to what a terminal can show.
public struct ResolvedTheme: Equatable, Sendable {
  public let theme: Theme
  public let depth: ColourDepth

  /// How a cell looks: its role's colour on its background, with enough contrast to be read
  /// wherever the theme itself had it, and at least 3:1 on a background that is not the role's own.
  public func style(for style: Style) -> CellStyle {
    let look = theme.look(of: style.role)
    let under = style.background.map(theme.look(of:))
    if depth == .mono {
      var attributes = look.attributes.union(style.role.emphasis).union(style.attributes)
      if let background = style.background {
        attributes.formUnion(theme.look(of: background).attributes.union(background.emphasis))
      }
      return CellStyle(attributes: attributes)
    }
    var attributes = look.attributes.union(style.attributes)
    // A background that is made of reversing, not of a colour, has to be taken over as such.
    if let under, under.background?.luminance == nil, under.attributes.contains(.reverse) {
      attributes.insert(.reverse)
    }
    let painted = theme.look(of: .text).background
    let background = under?.background ?? look.background ?? painted
    let ground = background.flatMap { $0.luminance == nil ? nil : $0 } ?? theme.ground
    let isOwn = under?.background == nil || style.background == style.role
    return reduce(
      foreground: look.foreground, background: background, ground: ground,
      floor: isOwn ? 1 : 3, attributes: attributes)
  }

  /// The look of each role by itself.
  public var styles: [Role: CellStyle] {
    Dictionary(
      Role.allCases.map { ($0, style(for: Style($0))) }, uniquingKeysWith: { $1 })
  }

  /// `ground` is what the background looks like: itself, or what the theme takes the terminal's
  /// default to be. `floor` is the least contrast the pair must have.
  private func reduce(
    foreground: Colour, background: Colour?, ground: Colour, floor: Double,
    attributes: Attributes
  ) -> CellStyle {
    let reducedGround = depth.nearest(to: ground)
    let reducedBackground =
      background.map { $0.luminance == nil ? $0 : reducedGround } ?? .terminalDefault
    var wanted = foreground
    if foreground.luminance == nil {
      guard reducedBackground != .terminalDefault else {
        return CellStyle(attributes: attributes)
      }
      // The terminal's own text colour suits the terminal's own background, and no other.
      let isLikeGround = Self.isDark(ground) == Self.isDark(theme.ground)
      if isLikeGround {
        return CellStyle(background: reducedBackground, attributes: attributes)
      }
      wanted = Self.isDark(ground) ? Self.white : Self.black
    }
    let original = wanted.contrast(with: ground)
    if original < floor { wanted = Self.readable(wanted, on: ground, contrast: floor) }
    let keep = min(max(original, floor), depth == .color256 ? 4.5 : 3)
    let reduced = depth.nearest(to: wanted, contrast: keep, on: reducedGround)
    return CellStyle(
      foreground: reduced, background: reducedBackground, attributes: attributes)
  }

  private static let white = Colour.rgb(red: 255, green: 255, blue: 255)
  private static let black = Colour.rgb(red: 0, green: 0, blue: 0)

  private static func isDark(_ colour: Colour) -> Bool { (colour.luminance ?? 0) < 0.18 }

  /// The colour, lightened or darkened no more than needed.
  private static func readable(
    _ colour: Colour, on ground: Colour, contrast: Double
  ) -> Colour {
    let goal = isDark(ground) ? white : black
    for step in 1..<10 {
      let mixed = colour.mixed(with: goal, share: Double(step) / 10)
      if mixed.contrast(with: ground) >= contrast { return mixed }
    }
    return goal
  }
}

extension Theme {
  /// The theme as a terminal of that many colours shows it.
  public func resolved(depth: ColourDepth) -> ResolvedTheme {
    ResolvedTheme(theme: self, depth: depth)
  }
}

extension Role {
  /// What carries the meaning where there is no colour: what is bad is bold and underlined, what
  /// is under the cursor reversed, what matters less dim.
  var emphasis: Attributes {
    switch self {
    case .bad, .clusterNotReady, .healthUnhealthy, .stranded, .headerBad, .headerArmed,
      .messageError, .statusDenied, .tabAlert, .diffRemoved:
      [.bold, .underline]
    case .warning, .clusterTainted, .clusterUnknown, .evicting, .statusStale, .headerWarn,
      .emphasis, .title, .headerTitle, .key, .borderFocused, .columnHeader, .mark, .diffAdded,
      .dialogTitle, .dialogBorder, .footerKey, .promptPrefix, .headerReadOnly:
      .bold
    case .match, .columnSorted, .diffChanged, .healthUnknown: .underline
    case .selection, .tabActive, .headerBar, .dialogButtonFocused: .reverse
    case .selectionUnfocused: .underline
    case .muted, .border, .scrollbar, .promptHint, .yamlComment, .yamlNull, .diffContext,
      .statusEmpty, .statusLoading:
      .dim
    default: []
    }
  }
}
