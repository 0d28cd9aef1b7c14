import ArgumentParser
import Dashboard
import Screen
import Session

/// How the full screen looks.
struct ScreenOptions: ParsableArguments {
  @Option(help: "Colour theme; `quarterdeck themes` lists them.")
  var theme: String?

  @Flag(help: "Draw with ASCII only.")
  var ascii = false

  @Flag(help: "No colours.")
  var noColor = false

  @Flag(help: "Let the mouse choose and scroll.")
  var mouse = false

  /// What the command line and the configuration file say together; the command line wins.
  struct Setup {
    var config: Config
    var keymap: Keymap
    var catalog: ThemeCatalog
    var theme: Theme
    var options: Options
    var ascii: Bool
    var noColour: Bool
  }

  /// Throws what is wrong with the configuration file or a theme.
  func setup() throws -> Setup {
    let file = Paths.config
    let config = try Paths.text(of: file).map { try Config(file: file, text: $0) } ?? Config()
    let catalog = ThemeCatalog(user: try Paths.userThemes())
    let theme = try catalog.theme(
      named: theme ?? config.theme ?? ThemeCatalog.defaultName)
    var options = Options()
    options.theme = theme.name
    options.themes = catalog.names
    options.operatorName = Environment.variables["USER"] ?? ""
    options.isMouseOn = mouse || config.isMouseOn ?? false
    options.poll = config.poll
    options.columns = config.columns
    if let limit = config.armLimit { options.armLimit = limit }
    return Setup(
      config: config, keymap: try config.keymap(file: file), catalog: catalog, theme: theme,
      options: options, ascii: ascii || config.isASCII ?? false, noColour: noColor)
  }
}
