import CNcurses

/// Puts the terminal back on every way out, signals and crashes included, and turns the signals
/// that are news into bytes on a pipe. The only file that may call these C functions: their state
/// is static in the header.
@MainActor enum TerminalRestoration {
  /// Reads the numbers of signals that arrived, one a byte.
  private(set) static var wake: Int32 = -1

  /// Remembers the terminal's modes and the signals' handlers, before curses changes both.
  static func remember(tty: Int32) { cn_remember(tty) }

  /// Installs the handlers; `reset` is what the terminal is sent besides its modes.
  static func install(reset: [CChar]) -> Bool {
    guard cn_set_reset_bytes(reset, reset.count) == 1 else { return false }
    if wake < 0 {
      var writer: Int32 = -1
      wake = cn_wake_pipe(&writer)
      guard wake >= 0 else { return false }
      writerEnd = writer
    }
    cn_install(writerEnd)
    return true
  }

  private static var writerEnd: Int32 = -1

  static func uninstall() {
    cn_arm(0)
    cn_uninstall()
  }

  /// Whether the terminal is in our hands and would have to be put back.
  static func arm(_ isOurs: Bool) { cn_arm(isOurs ? 1 : 0) }

  /// While a child has the terminal, ctrl-c and ctrl-\ are meant for it.
  static func setChildRuns(_ runs: Bool) { cn_set_child_runs(runs ? 1 : 0) }

  /// Stops this job as ctrl-z does in a shell, and returns when it goes on.
  /// Signals that arrived meanwhile are returned, but for those that only tell what we know.
  static func stopJob() -> [Int32] {
    let before = arrivedSignals()
    cn_stop_job(wake)
    return (before + arrivedSignals()).filter { $0 != SIGTSTP && $0 != SIGCONT }
  }

  static func arrivedSignals() -> [Int32] {
    var buffer = [UInt8](repeating: 0, count: 64)
    let count = read(wake, &buffer, buffer.count)
    return buffer.prefix(max(0, count)).map(Int32.init)
  }

  /// The signal that asked the program to end, if one did.
  static var endingSignal: Int32? {
    let signal = cn_ending_signal()
    return signal > 0 ? signal : nil
  }

  /// Ends the process by that signal, so that its parent sees the true reason.
  static func die(by signal: Int32) { cn_die(signal) }
}
