import CNcurses
import Dashboard
import Dispatch
import Screen

/// The terminal through ncurses: cells out, keys in. There is one a process, and it belongs to
/// the main thread, as curses itself does.
@MainActor public final class CursesTerminal {
  /// What was typed, clicked, pasted; a new size. Called on the main actor.
  public var onInput: ((TerminalInput) -> Void)?
  public let depth: ColourDepth
  /// The drawing characters a canvas for this terminal should use.
  public let glyphs: Glyphs
  public private(set) var isOpen = true

  public var width: Int { Int(cn_cols()) }
  public var height: Int { Int(cn_lines()) }

  let window: UnsafeMutablePointer<WINDOW>
  let profile: TerminalProfile
  private let screen: OpaquePointer
  private let output: UnsafeMutablePointer<FILE>
  private let tty: Int32
  private var painter: Painter
  private var drawn: Canvas?
  private var decoder = InputDecoder()
  private var isMouseOn = false
  private var lastClick: (at: ContinuousClock.Instant, x: Int, y: Int)?
  private var pasteTick = 0
  private var sources: [any DispatchSourceProtocol] = []

  /// Opens the process's terminal: standard input and output where they are one, else /dev/tty.
  /// With `ascii` or on a terminal without UTF-8 only ASCII is drawn. Throws a ``TerminalError``.
  public static func open(
    theme: Theme, environment: [String: String], ascii: Bool = false, noColour: Bool = false
  ) throws(TerminalError) -> CursesTerminal {
    var profile = try TerminalProfile(environment: environment)
    if noColour { profile.wantsColour = false }
    if ascii { profile.needsASCII = true }
    let files: (input: UnsafeMutablePointer<FILE>, output: UnsafeMutablePointer<FILE>)
    if isatty(0) == 1, isatty(1) == 1, let input = fdopen(0, "r"), let output = fdopen(1, "w") {
      files = (input, output)
    } else if let both = fopen("/dev/tty", "r+") {
      files = (both, both)
    } else {
      throw .notATerminal
    }
    let terminal = try CursesTerminal(
      profile: profile, theme: theme, input: files.input, output: files.output)
    try terminal.takeOver()
    return terminal
  }

  init(
    profile: TerminalProfile, theme: Theme, input: UnsafeMutablePointer<FILE>,
    output: UnsafeMutablePointer<FILE>
  ) throws(TerminalError) {
    Self.useLocale()
    tty = fileno(input)
    self.output = output
    let outputNumber = fileno(output)
    guard let entry = profile.entries.first(where: { cn_knows_terminal($0, outputNumber) == 1 })
    else { throw .unknown(term: profile.term) }
    TerminalRestoration.remember(tty: tty)
    guard let screen = newterm(entry, output, input), let window = cn_stdscr() else {
      throw .unusable(term: profile.term, reason: "curses could not set it up")
    }
    self.screen = screen
    self.window = window
    self.profile = profile
    set_term(screen)
    guard cn_string_capability("cup") != nil else {
      endwin()
      throw .unusable(term: profile.term, reason: "it cannot move its cursor")
    }
    let colours = profile.wantsColour && has_colors() ? start_color() : ERR
    if colours == OK { use_default_colors() }
    let isDirect = entry.hasSuffix("-direct") && cn_colors() > 256
    depth = profile.depth(colours: colours == OK ? Int(cn_colors()) : 0, isDirect: isDirect)
    let isUTF8 = cn_is_utf8() == 1
    glyphs = profile.needsASCII || !isUTF8 ? .ascii : .unicode
    painter = Painter(
      window: window, theme: theme.resolved(depth: depth), isDirect: isDirect, isUTF8: isUTF8)
    raw()
    noecho()
    nonl()
    keypad(window, true)
    nodelay(window, true)
    curs_set(0)
    set_escdelay(25)
    mouseinterval(0)
    define_key("\u{1b}[200~", InputDecoder.pasteStart)
    define_key("\u{1b}[201~", InputDecoder.pasteEnd)
  }

  /// The user's locale, or plain UTF-8 where it is not installed here, as often over SSH.
  private static func useLocale() {
    if setlocale(LC_ALL, "") == nil { setlocale(LC_ALL, "C.UTF-8") }
  }

  // MARK: Drawing

  /// Shows a canvas, sending what differs from the last one. Without a cursor none is shown.
  public func draw(_ canvas: Canvas, cursor: CursorPosition? = nil) {
    guard isOpen else { return }
    painter.draw(canvas.diff(from: drawn ?? Canvas(width: 0, height: 0)))
    drawn = canvas
    if let cursor, wmove(window, Int32(clamping: cursor.y), Int32(clamping: cursor.x)) == OK {
      curs_set(1)
    } else {
      curs_set(0)
    }
    wnoutrefresh(window)
    doupdate()
  }

  /// Takes another theme; the next ``draw(_:cursor:)`` shows it.
  public func use(_ theme: Theme) {
    painter.use(theme.resolved(depth: depth))
    drawn = nil
  }

  /// The next ``draw(_:cursor:)`` paints everything, whatever another program left there.
  public func repaint() {
    cn_forget_screen()
    drawn = nil
  }

  /// Lets the terminal report clicks and the wheel, or keep them for selecting text.
  public func setMouse(on: Bool) {
    isMouseOn = on
    mousemask(on ? cn_B1_PRESSED | cn_WHEEL_UP | cn_WHEEL_DOWN : 0, nil)
    fflush(output)
  }

  /// Puts a text on the clipboard of the machine the terminal runs on.
  public func copy(_ text: String) -> Clipboard.Outcome {
    guard let sequence = Clipboard.sequence(for: text, isScreen: profile.isScreen) else {
      return .tooLong(bytes: text.utf8.count, limit: Clipboard.limit)
    }
    send(sequence)
    return .sent(note: profile.isTmux ? Clipboard.tmuxNote : nil)
  }

  private func send(_ sequence: String) {
    fputs(sequence, output)
    fflush(output)
  }

  // MARK: Leaving and coming back

  /// Gives the terminal back for good.
  public func close() {
    guard isOpen else { return }
    leave()
    isOpen = false
    sources.forEach { $0.cancel() }
    sources = []
    TerminalRestoration.uninstall()
  }

  /// After ``TerminalInput/hangUp(signal:)``: ends the process by the signal that asked for it, so
  /// that its parent sees the true reason. Returns when no signal asked.
  public static func endBySignal() {
    if let signal = TerminalRestoration.endingSignal { TerminalRestoration.die(by: signal) }
  }

  /// Gives the terminal back to the shell until the user wants the program again (ctrl-z, `fg`).
  public func stop() {
    guard isOpen else { return }
    leave()
    let signals = TerminalRestoration.stopJob()
    enter()
    onInput?(.resumed)
    take(signals)
  }

  /// Gives the terminal to something else, such as $EDITOR, and takes it back afterwards.
  public func suspended<Result>(
    _ body: () async throws -> Result
  ) async rethrows -> Result {
    guard isOpen else { return try await body() }
    sources.forEach { $0.suspend() }
    leave()
    TerminalRestoration.setChildRuns(true)
    defer {
      TerminalRestoration.setChildRuns(false)
      enter()
      sources.forEach { $0.resume() }
      onInput?(.resumed)
    }
    return try await body()
  }

  /// Makes the terminal ours: handlers first, then its modes, then listening.
  private func takeOver() throws(TerminalError) {
    guard TerminalRestoration.install(reset: resetBytes()) else {
      endwin()
      throw .unusable(term: profile.term, reason: "no pipe could be made")
    }
    TerminalRestoration.arm(true)
    send(Self.pasteOn)
    listen(to: tty) { [weak self] in self?.readKeys() }
    listen(to: TerminalRestoration.wake) { [weak self] in
      self?.take(TerminalRestoration.arrivedSignals())
    }
  }

  private func leave() {
    if isMouseOn { mousemask(0, nil) }
    send(Self.pasteOff)
    curs_set(1)
    def_prog_mode()
    endwin()
    TerminalRestoration.arm(false)
  }

  private func enter() {
    TerminalRestoration.arm(true)
    reset_prog_mode()
    send(Self.pasteOn)
    if isMouseOn { setMouse(on: true) }
    repaint()
    takeSize()
  }

  private static let pasteOn = "\u{1b}[?2004h"
  private static let pasteOff = "\u{1b}[?2004l"

  /// What undoes everything a terminal may have been told, for when curses cannot do it.
  private func resetBytes() -> [CChar] {
    let modes = "\u{1b}[?1000l\u{1b}[?1002l\u{1b}[?1003l\u{1b}[?1006l" + Self.pasteOff
    var bytes = modes.utf8.map { CChar(bitPattern: $0) }
    for name in ["sgr0", "op", "rmkx", "rmcup", "cnorm"] {
      guard let value = cn_string_capability(name) else { continue }
      bytes += withoutPadding(String(cString: value)).utf8.map { CChar(bitPattern: $0) }
    }
    return bytes
  }

  /// terminfo writes delays for old hardware as `$<5>`.
  private func withoutPadding(_ text: String) -> String {
    var result = ""
    var rest = Substring(text)
    while let start = rest.firstRange(of: "$<"),
      let end = rest[start.upperBound...].firstIndex(of: ">")
    {
      result += rest[..<start.lowerBound]
      rest = rest[rest.index(after: end)...]
    }
    return result + rest
  }

  // MARK: Input

  /// Forgets what was typed and has not been read yet: it was meant for what the screen showed
  /// then.
  public func dropTypeAhead() {
    guard isOpen else { return }
    flushinp()
    _ = decoder.flush()
  }

  private func listen(to descriptor: Int32, _ handler: @escaping @MainActor () -> Void) {
    let source = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: .main)
    source.setEventHandler { MainActor.assumeIsolated { handler() } }
    source.activate()
    sources.append(source)
  }

  private func readKeys() {
    guard isOpen else { return }
    var code = cn_get(window)
    if code == ERR, cn_is_gone(tty) == 1 {
      hangUp("the terminal is gone")
      return
    }
    while code != ERR {
      if code == -KEY_MOUSE {
        decoder.flush().forEach { onInput?($0) }
        if let event = mouseEvent() { onInput?(.mouse(event)) }
      } else {
        decoder.take(code).forEach { onInput?($0) }
      }
      guard isOpen else { return }
      code = cn_get(window)
    }
    decoder.flush().forEach { onInput?($0) }
    if decoder.isPasting { expectEndOfPaste() }
  }

  /// A terminal that dies in the middle of a paste must not swallow the keyboard for good.
  private func expectEndOfPaste() {
    pasteTick &+= 1
    let tick = pasteTick
    DispatchQueue.main.asyncAfter(deadline: .now() + 1) {
      MainActor.assumeIsolated { [weak self] in
        guard let self, self.pasteTick == tick else { return }
        self.decoder.finishPaste().forEach { self.onInput?($0) }
      }
    }
  }

  private func mouseEvent() -> MouseEvent? {
    var event = MEVENT()
    guard getmouse(&event) == OK else { return nil }
    let x = Int(event.x)
    let y = Int(event.y)
    if event.bstate & cn_WHEEL_UP != 0 { return MouseEvent(.wheelUp, x: x, y: y) }
    if event.bstate & cn_WHEEL_DOWN != 0 { return MouseEvent(.wheelDown, x: x, y: y) }
    guard event.bstate & cn_B1_PRESSED != 0 else { return nil }
    let now = ContinuousClock.now
    if let last = lastClick, last.x == x, last.y == y, now - last.at < .milliseconds(400) {
      lastClick = nil
      return MouseEvent(.doubleClick, x: x, y: y)
    }
    lastClick = (now, x, y)
    return MouseEvent(.click, x: x, y: y)
  }

  private func take(_ signals: [Int32]) {
    for signal in signals where isOpen {
      switch signal {
      case SIGWINCH: takeSize()
      case SIGTSTP: stop()
      case SIGCONT:
        enter()
        onInput?(.resumed)
      default: hangUp(Self.names[signal] ?? "signal \(signal)")
      }
    }
  }

  private static let names = [
    SIGTERM: "SIGTERM", SIGHUP: "SIGHUP", SIGINT: "SIGINT", SIGQUIT: "SIGQUIT",
  ]

  private func hangUp(_ reason: String) {
    close()
    onInput?(.hangUp(signal: reason))
  }

  private func takeSize() {
    guard cn_sync_size(tty) != 0 else { return }
    // A terminal may have moved what it showed, wrapped lines above all.
    werase(window)
    repaint()
    onInput?(.resize(width: width, height: height))
  }
}
