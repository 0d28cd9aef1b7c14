/// A question before something is changed: what will happen, and a word to type that nobody types
/// by accident. Cancel has the focus until the word stands there whole, so Enter alone never
/// confirms.
///
/// To ask: `state.ask(Confirmation(…))`. When it is confirmed, `effects` are carried out.
public struct Confirmation: Sendable {
  public enum Button: Hashable, Sendable { case cancel, confirm }

  public var title: String
  /// What exactly will happen; a long one scrolls.
  public var lines: [Line]
  /// What must be typed, letter for letter: the name of what is changed.
  public var word: String
  /// What the confirming button says: "Delete 3 templates".
  public var button: String
  public var effects: [Effect]
  /// What is said when it is cancelled.
  public var whenCancelled = "cancelled; nothing was changed"

  public internal(set) var typed = ""
  public internal(set) var focus = Button.cancel
  public internal(set) var scroll = TextScroll()
  /// It has been on the screen. Keys that were pressed before are about something else and are
  /// dropped.
  public internal(set) var isShown = false

  public init(
    title: String, lines: [Line], word: String, button: String, effects: [Effect]
  ) {
    self.title = title
    self.lines = lines
    self.word = word
    self.button = button
    self.effects = effects
  }

  public var isAnswered: Bool { !word.isEmpty && typed == word }
}

extension AppState {
  public var confirmation: Confirmation? {
    if case .confirmation(let confirmation)? = overlays.last { confirmation } else { nil }
  }

  /// Something has come up that takes keys only once it has been seen: whoever draws says
  /// `AppEvent.drawn` after the next frame, and forgets what was typed until then.
  public var awaitsDrawing: Bool { confirmation?.isShown == false }
}
