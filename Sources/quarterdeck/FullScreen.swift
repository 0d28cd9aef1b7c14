import ControlPlane
import Dashboard
import Dispatch
import Manifest
import Screen
import Session
import Terminal

/// The dashboard on a terminal: keys in, canvases out.
@MainActor
final class FullScreen {
  private let terminal: CursesTerminal
  private let session: Session
  private let renderer: ScreenRenderer
  private let catalog: ThemeCatalog
  private var end: CheckedContinuation<Void, Never>?
  private var hasEnded = false

  /// A frame is on its way.
  private var isDrawing = false
  /// It is asked for at once.
  private var isUrgent = false
  private var isHandlingInput = false
  /// The terminal is $EDITOR's.
  private var isEditing = false
  private var lastFrame = ContinuousClock.now

  /// News of the fleet is shown at most this often: enough to look alive, little over a slow line.
  /// Keys are answered at once.
  private static let newsInterval = Duration.milliseconds(200)

  /// Opens the terminal, shows the dashboard until the operator leaves, and gives the terminal
  /// back. Throws a `TerminalError` when there can be no full screen.
  static func run(
    setup: ScreenOptions.Setup, options: Options, plane: any ControlPlane,
    now: @escaping @Sendable () -> Time = { Time.now },
    replay: Session.ReplayControl? = nil, demo: Session.DemoControl? = nil,
    record: FailoverJournal? = nil, rollbacks: RollbackOffice? = nil,
    overrides: OverrideOffice = OverrideOffice()
  ) async throws {
    let terminal = try CursesTerminal.open(
      theme: setup.theme, environment: Environment.variables, ascii: setup.ascii,
      noColour: setup.noColour)
    var state = AppState(
      now: now(), endpoint: plane.endpoint, options: options, keymap: setup.keymap,
      pane: setup.config.pane ?? .clusters)
    state.size = Size(width: terminal.width, height: terminal.height)
    let session = Session(
      state: state, plane: plane, now: now, replay: replay, demo: demo, gathering: newsInterval,
      record: record, rollbacks: rollbacks, overrides: overrides, log: FileLog.logger())
    let screen = FullScreen(terminal, session, setup.catalog)
    await screen.run()
  }

  private init(_ terminal: CursesTerminal, _ session: Session, _ catalog: ThemeCatalog) {
    self.terminal = terminal
    self.session = session
    self.catalog = catalog
    renderer = ScreenRenderer(glyphs: terminal.glyphs)
  }

  private func run() async {
    session.onChange = { [weak self] in self?.invalidate() }
    session.onTerminalEffect = { [weak self] in self?.perform($0) }
    terminal.onInput = { [weak self] in self?.take($0) }
    if session.state.options.isMouseOn { terminal.setMouse(on: true) }
    draw()
    session.start()
    await withCheckedContinuation { continuation in
      if hasEnded { continuation.resume() } else { end = continuation }
    }
    terminal.close()
    await session.stop()
    CursesTerminal.endBySignal()
  }

  private func take(_ input: TerminalInput) {
    isHandlingInput = true
    session.send(.input(input))
    isHandlingInput = false
  }

  // MARK: Frames

  /// Asks for a frame. Many changes in one turn of the main queue cost one frame, and a key never
  /// waits for the frame that news of the fleet has asked for.
  private func invalidate() {
    guard !isDrawing || (isHandlingInput && !isUrgent) else { return }
    isDrawing = true
    isUrgent = isHandlingInput
    let wait = isUrgent ? .zero : max(.zero, Self.newsInterval - (.now - lastFrame))
    let deadline = DispatchTime.now() + .milliseconds(Int(wait / .milliseconds(1)))
    DispatchQueue.main.asyncAfter(deadline: deadline) { [weak self] in
      MainActor.assumeIsolated { self?.drawIfAsked() }
    }
  }

  private func drawIfAsked() {
    guard isDrawing else { return }
    draw()
  }

  private func draw() {
    isDrawing = false
    guard !hasEnded, !isEditing else { return }
    lastFrame = .now
    let drawn = renderer.draw(session.state)
    terminal.draw(drawn.canvas, cursor: drawn.cursor)
    if session.state.awaitsDrawing {
      terminal.dropTypeAhead()
      session.send(.drawn)
    }
  }

  // MARK: Effects

  private func perform(_ effect: Session.TerminalEffect) {
    switch effect {
    case .quit:
      hasEnded = true
      end?.resume()
      end = nil
    case .suspend: terminal.stop()
    case .repaint: terminal.repaint()
    case .edit(let token, let path): edit(path, token)
    case .copy(let text): copy(text)
    case .setTheme(let name): setTheme(name)
    case .setMouse(let isOn):
      terminal.setMouse(on: isOn)
      session.send(.mouseChanged(isOn))
    }
  }

  /// Gives the terminal to $EDITOR; the fleet is followed meanwhile.
  private func edit(_ path: String, _ token: Int) {
    guard !isEditing else { return }
    isEditing = true
    Task {
      let result = await terminal.suspended {
        let result = await Editor.edit(path)
        isEditing = false
        return result
      }
      session.send(.override(.edited(token: token, result)))
    }
  }

  private func copy(_ text: String) {
    switch terminal.copy(text) {
    case .sent(let note):
      if let note { session.send(.notice(StatusMessage(.info, note))) }
    case .tooLong(let bytes, let limit):
      session.send(
        .notice(
          StatusMessage(
            .error, "not copied: \(bytes) bytes, and terminals take \(limit) at most")))
    }
  }

  private func setTheme(_ name: String) {
    do {
      terminal.use(try catalog.theme(named: name))
      session.send(.themeChanged(name))
    } catch {
      session.send(.notice(StatusMessage(.error, "\(error)")))
    }
  }
}
