import Dashboard
import Screen
import Testing

@Suite struct ThemeTests {
  static let names = ThemeCatalog().names
  static let notText: Set<Role> = [.border, .borderFocused, .scrollbar]

  @Test func shipsFiveThemes() {
    #expect(
      Self.names == ["high-contrast", "mono", "quarterdeck", "quarterdeck-light", "solarized-dark"])
  }

  @Test(arguments: names)
  func everyThemeGivesEveryRoleALook(name: String) throws {
    let theme = try ThemeCatalog().theme(named: name)
    #expect(Set(theme.looks.keys) == Set(Role.allCases))
    for depth in ColourDepth.allCases {
      #expect(theme.resolved(depth: depth).styles.count == Role.allCases.count)
    }
  }

  /// What the foreground and background look like, the terminal's defaults included.
  static func contrast(_ style: CellStyle, on ground: Colour) -> Double? {
    if style.foreground == .terminalDefault { return nil }
    return style.foreground.contrast(
      with: style.background == .terminalDefault ? ground : style.background)
  }

  static func floor(of name: String) -> Double { name == "high-contrast" ? 7 : 4.5 }

  @Test(arguments: names)
  func textCanBeReadOnItsBackground(name: String) throws {
    let theme = try ThemeCatalog().theme(named: name)
    let resolved = theme.resolved(depth: .trueColor)
    for role in Role.allCases where !Self.notText.contains(role) {
      guard let contrast = Self.contrast(resolved.style(for: Style(role)), on: theme.ground) else {
        continue
      }
      #expect(contrast >= Self.floor(of: name), "\(role.rawValue)")
    }
    for role in Role.allCases where role.rawValue.hasPrefix("header.") {
      let style = resolved.style(for: Style(role, background: .headerBar))
      guard let contrast = Self.contrast(style, on: theme.ground) else { continue }
      #expect(contrast >= Self.floor(of: name), "\(role.rawValue) in the header")
    }
  }

  @Test(arguments: names, [ColourDepth.trueColor, .color256])
  func everyRoleCanBeReadOnTheSelectedRow(name: String, depth: ColourDepth) throws {
    let theme = try ThemeCatalog().theme(named: name)
    let resolved = theme.resolved(depth: depth)
    for role in Role.allCases {
      for background in [Role.selection, .selectionUnfocused] {
        let style = resolved.style(for: Style(role, background: background))
        guard let contrast = Self.contrast(style, on: theme.ground) else { continue }
        #expect(contrast >= 3, "\(role.rawValue) on \(background.rawValue)")
      }
    }
  }

  @Test(arguments: names, [ColourDepth.color8, .color16, .color256])
  func fewColoursNeverHideAText(name: String, depth: ColourDepth) throws {
    let theme = try ThemeCatalog().theme(named: name)
    let resolved = theme.resolved(depth: depth)
    let limit: UInt8 = depth == .color8 ? 7 : depth == .color16 ? 15 : 255
    for role in Role.allCases {
      for background in [nil, Role.selection, .headerBar, .tabActive] {
        let style = resolved.style(for: Style(role, background: background))
        for colour in [style.foreground, style.background] {
          switch colour {
          case .terminalDefault: break
          case .indexed(let index): #expect(index <= limit)
          case .rgb: Issue.record("\(role.rawValue) keeps a colour the terminal has not")
          }
        }
        if style.foreground != .terminalDefault {
          #expect(style.foreground != style.background, "\(role.rawValue)")
          let contrast = Self.contrast(style, on: theme.ground) ?? 21
          #expect(Self.notText.contains(role) || contrast >= 2.5, "\(role.rawValue) \(style)")
        }
      }
    }
  }

  @Test(arguments: names)
  func withoutColourBadThingsStillStandOut(name: String) throws {
    let resolved = try ThemeCatalog().theme(named: name).resolved(depth: .mono)
    for (_, style) in resolved.styles {
      #expect(style.foreground == .terminalDefault && style.background == .terminalDefault)
    }
    for role in [Role.bad, .clusterNotReady, .healthUnhealthy, .stranded, .messageError] {
      #expect(resolved.style(for: Style(role)).attributes.isSuperset(of: [.bold, .underline]))
      let selected = resolved.style(for: Style(role, background: .selection))
      #expect(selected.attributes.isSuperset(of: [.bold, .underline, .reverse]))
    }
    #expect(resolved.style(for: Style(.text)).attributes.isEmpty)
  }

  @Test func monoReversesTheSelectedRowAtAnyDepth() throws {
    let resolved = try ThemeCatalog().theme(named: "mono").resolved(depth: .color256)
    let style = resolved.style(for: Style(.clusterReady, background: .selection))
    #expect(style == CellStyle(attributes: .reverse))
  }

  @Test func aChildRecoloursItsParentThroughThePalette() throws {
    let catalog = ThemeCatalog(user: [
      ("mine", "inherits: quarterdeck\npalette: { green: '#00aa00' }\nroles: { bad: magenta }")
    ])
    let theme = try catalog.theme(named: "mine")
    #expect(theme.look(of: .good).foreground == .rgb(red: 0, green: 0xAA, blue: 0))
    #expect(theme.look(of: .bad).foreground == .indexed(5))
    #expect(theme.look(of: .bad).attributes == .bold)
  }

  @Test func aUsersThemeMayBuildOnTheBuiltInOneOfItsName() throws {
    let catalog = ThemeCatalog(user: [
      ("quarterdeck", "inherits: quarterdeck\nroles:\n  good: { fg: 34, bg: default }")
    ])
    #expect(!catalog.isBuiltIn("quarterdeck"))
    #expect(catalog.isBuiltIn("mono"))
    let theme = try catalog.theme(named: "quarterdeck")
    #expect(theme.look(of: .good).foreground == .indexed(34))
    #expect(theme.look(of: .good).background == .terminalDefault)
  }

  @Test(arguments: [
    (
      "inherits: quarterdeck\nroles:\n  cluster.redy: green",
      "x.yaml:3: unknown role \"cluster.redy\"; did you mean \"cluster.ready\"?"
    ),
    (
      "inherits: quarterdeck\nroles:\n  good:\n    fg: gren",
      "x.yaml:4: unknown colour \"gren\"; did you mean \"green\"?"
    ),
    (
      "inherits: quarterdeck\npalette:\n  mine: '#12345'",
      "x.yaml:3: \"#12345\" is not a colour: write #rrggbb, 0…255, default or an ANSI name"
    ),
    (
      "inherits: quarterdeck\nroles: { good: { bg: '#+12345' } }",
      "x.yaml:2: unknown colour \"#+12345\""
    ),
    (
      "inherits: quarterdeck\nroles: { good: { fgg: red } }",
      "x.yaml:2: unknown key \"fgg\" of good; did you mean \"fg\"?"
    ),
    (
      "inherits: quarterdeck\nroles: { good: { bold: yes } }",
      "x.yaml:2: good.bold is true or false, not \"yes\""
    ),
    ("colours: {}", "x.yaml:1: unknown key \"colours\""),
    ("pallete: {}", "x.yaml:1: unknown key \"pallete\"; did you mean \"palette\"?"),
    ("roles: [good]", "x.yaml:1: roles has to be a mapping"),
    ("roles:\n  good: [green]", "x.yaml:2: good has to be a mapping"),
    ("inherits: { a: b }", "x.yaml:1: inherits has to be a single word"),
    ("- a", "x.yaml:1: a theme has to be a mapping"),
    ("inherits: x", "x.yaml:1: inherits itself: x → x"),
    ("inherits: y", "x.yaml:1: there is no theme \"y\" to inherit; did you mean \"x\"?"),
    (
      "inherits: quarterdek",
      "x.yaml:1: there is no theme \"quarterdek\" to inherit; did you mean \"quarterdeck\"?"
    ),
    ("inherits: quarterdeck\nbackground: drak", "x.yaml:2: unknown colour \"drak\""),
  ])
  func saysWhereAThemeIsWrong(text: String, message: String) {
    let catalog = ThemeCatalog(user: [("x", text)])
    let error = #expect(throws: ThemeError.self) { try catalog.theme(named: "x") }
    #expect(error?.description == message)
  }

  @Test(arguments: ["a: b: c", "{", "roles:\n  good: red\n  good: green", "\u{0}"])
  func saysWhyAThemeIsNotYAML(text: String) {
    let catalog = ThemeCatalog(user: [("x", text)])
    let error = #expect(throws: ThemeError.self) { try catalog.theme(named: "x") }
    #expect(error?.message.hasPrefix("not YAML: ") == true, "\(String(describing: error))")
  }

  @Test(arguments: ["", "name: x", "roles: { text: white }"])
  func namesTheRolesThatAreMissing(text: String) {
    let catalog = ThemeCatalog(user: [("x", text)])
    let error = #expect(throws: ThemeError.self) { try catalog.theme(named: "x") }
    #expect(error?.message.hasPrefix("no look for ") == true)
    #expect(error?.message.contains("cluster.ready") == true)
  }

  @Test func refusesACircleOfThemes() {
    let catalog = ThemeCatalog(user: [("a", "inherits: b"), ("b", "\ninherits: a")])
    let error = #expect(throws: ThemeError.self) { try catalog.theme(named: "a") }
    #expect(error?.description == "b.yaml:2: inherits itself: a → b → a")
  }

  @Test func anUnknownThemeIsNamedWithTheOnesThereAre() {
    let error = #expect(throws: ThemeError.self) {
      try ThemeCatalog().theme(named: "solarised-dark")
    }
    #expect(error?.message.contains("did you mean \"solarized-dark\"?") == true)
  }

  @Test(
    arguments: [
      ("default", Colour.terminalDefault), ("red", .indexed(1)), ("bright-white", .indexed(15)),
      ("208", .indexed(208)), ("#0a0B0c", .rgb(red: 10, green: 11, blue: 12)), ("256", nil),
      ("-1", nil), ("#12", nil), ("#gggggg", nil), ("", nil), ("Red", nil),
    ] as [(String, Colour?)])
  func readsColours(name: String, colour: Colour?) {
    #expect(Colour(name: name) == colour)
  }
}
