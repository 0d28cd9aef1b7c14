/// What a piece of text on the screen means. A theme gives each role its colours; nothing else
/// in the program names a colour. The raw value is the role's name in a theme file.
public enum Role: String, CaseIterable, Hashable, Sendable {
  case text
  case muted
  case emphasis
  case title
  case key
  case label
  case value

  case headerBar = "header.bar"
  case headerTitle = "header.title"
  case headerContext = "header.context"
  case headerGood = "header.good"
  case headerWarn = "header.warn"
  case headerBad = "header.bad"
  case headerReadOnly = "header.readonly"
  case headerArmed = "header.armed"

  case tabActive = "tab.active"
  case tabInactive = "tab.inactive"
  case tabAlert = "tab.alert"

  case border
  case borderFocused = "border.focused"
  case columnHeader = "table.header"
  case columnSorted = "table.sorted"
  case selection = "table.selection"
  case selectionUnfocused = "table.selection.unfocused"
  case mark = "table.mark"
  case match = "filter.match"
  case scrollbar

  case clusterReady = "cluster.ready"
  case clusterNotReady = "cluster.notready"
  case clusterUnknown = "cluster.unknown"
  case clusterTainted = "cluster.tainted"

  case healthHealthy = "health.healthy"
  case healthUnhealthy = "health.unhealthy"
  case healthUnknown = "health.unknown"
  case progress
  case stranded
  case evicting

  case good
  case warning
  case bad
  case note

  case diffAdded = "diff.added"
  case diffRemoved = "diff.removed"
  case diffChanged = "diff.changed"
  case diffContext = "diff.context"
  case diffMarker = "diff.marker"

  case yamlKey = "yaml.key"
  case yamlString = "yaml.string"
  case yamlNumber = "yaml.number"
  case yamlBool = "yaml.bool"
  case yamlNull = "yaml.null"
  case yamlComment = "yaml.comment"
  case yamlFold = "yaml.fold"

  case statusLoading = "status.loading"
  case statusStale = "status.stale"
  case statusDenied = "status.denied"
  case statusEmpty = "status.empty"

  case promptPrefix = "prompt.prefix"
  case promptText = "prompt.text"
  case promptHint = "prompt.hint"
  case dialogBorder = "dialog.border"
  case dialogTitle = "dialog.title"
  case dialogButton = "dialog.button"
  case dialogButtonFocused = "dialog.button.focused"
  case footerKey = "footer.key"
  case footerText = "footer.text"
  case messageInfo = "message.info"
  case messageError = "message.error"
}

/// A run of text with one meaning. The text is what to show; it may still hold control
/// characters, which the canvas escapes.
public struct Span: Hashable, Sendable {
  public var text: String
  public var role: Role
  public init(_ text: String, _ role: Role = .text) {
    self.text = text
    self.role = role
  }
}

/// One line on the screen.
public typealias Line = [Span]
