import Foundation
import Subprocess
import Testing

/// A terminal in which a shell runs and whatever is started there: tmux, without a window.
struct TmuxScreen: Sendable {
  static let isPossible = Tool.isInstalled("tmux") && Tool.isInstalled("bash")

  struct Size: Hashable, Sendable, CustomTestStringConvertible {
    var width: Int
    var height: Int
    var testDescription: String { "\(width)x\(height)" }
  }

  /// What programs have told the terminal to be.
  struct Modes: Hashable, Sendable {
    var isAlternateScreen: Bool
    var isCursorShown: Bool
    var isMouseReported: Bool
    var isKeypadInApplicationMode: Bool
    static let shell = Modes(
      isAlternateScreen: false, isCursorShown: true, isMouseReported: false,
      isKeypadInApplicationMode: false)
  }

  let workspace: Workspace
  private let socket = "qd"

  /// Opens a terminal with a shell in it, for as long as the body runs.
  static func with(
    _ width: Int = 80, _ height: Int = 24, in workspace: Workspace? = nil,
    _ body: (TmuxScreen) async throws -> Void
  ) async throws {
    let screen = TmuxScreen(workspace: try workspace ?? Workspace())
    try await screen.open(Size(width: width, height: height))
    do {
      try await body(screen)
    } catch {
      await screen.close()
      throw error
    }
    await screen.close()
  }

  private func open(_ size: Size) async throws {
    try workspace.write(
      "tmux.conf",
      """
      set -g status off
      set -g default-terminal tmux-256color
      set -s escape-time 0
      """)
    try await tmux(
      "-f", workspace.file("tmux.conf"), "new-session", "-d", "-x", "\(size.width)", "-y",
      "\(size.height)", "exec env PS1='$ ' bash --norc --noprofile")
    try await tmux("pipe-pane", "-o", "cat >> '\(workspace.file("raw"))'")
    try await waits("the shell's prompt") { $0.hasPrefix("$") }
  }

  private func close() async {
    do {
      try await tmux("kill-server")
    } catch {
      Issue.record("tmux did not end: \(error)")
    }
  }

  // MARK: Doing

  /// Types a command line into the shell.
  func runs(_ command: String) async throws {
    try await types(command)
    try await presses("Enter")
  }

  /// Types text as it stands.
  func types(_ text: String) async throws { try await tmux("send-keys", "-l", "--", text) }

  /// Presses keys, by tmux's names: `Enter`, `Escape`, `Tab`, `C-z`, `F1`, `a`.
  func presses(_ keys: String...) async throws {
    try await tmux(["send-keys", "--"] + keys)
  }

  func resizes(to width: Int, _ height: Int) async throws {
    try await tmux("resize-window", "-x", "\(width)", "-y", "\(height)")
  }

  // MARK: Seeing

  /// The lines shown now, without the blanks at their ends.
  var lines: [String] {
    get async throws {
      let text = try await tmux("capture-pane", "-p")
      return text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }
  }

  /// Waits until all of these texts are to be seen at once.
  func waits(for texts: String...) async throws {
    try await waits(texts.joined(separator: ", ")) { screen in
      texts.allSatisfy(screen.contains)
    }
  }

  /// Waits until a text is not to be seen any more.
  func waits(forNo text: String) async throws {
    try await waits("no \(text)") { !$0.contains(text) }
  }

  /// Waits until the screen, its lines joined, is as wanted.
  func waits(_ what: String, until isThere: (String) -> Bool) async throws {
    try await eventually(what, last: { try await lines.joined(separator: "\n") }) {
      isThere(try await lines.joined(separator: "\n")) ? true : nil
    }
  }

  var modes: Modes {
    get async throws {
      let flags = try await tmux(
        "display-message", "-p",
        "#{alternate_on}#{cursor_flag}#{mouse_any_flag}#{keypad_flag}"
      ).map { $0 == "1" }
      return Modes(
        isAlternateScreen: flags[0], isCursorShown: flags[1], isMouseReported: flags[2],
        isKeypadInApplicationMode: flags[3])
    }
  }

  /// Every byte that was written to the terminal so far.
  var rawBytes: [UInt8] { workspace.bytes("raw") ?? [] }

  // MARK: tmux

  @discardableResult
  private func tmux(_ arguments: String...) async throws -> String { try await tmux(arguments) }

  @discardableResult
  private func tmux(_ arguments: [String]) async throws -> String {
    let outcome = try await Tool.run("tmux", ["-u", "-L", socket] + arguments, in: workspace)
    guard outcome.status == 0 else {
      throw DidNotHappen(description: "tmux \(arguments): \(outcome.errors)")
    }
    return outcome.output
  }
}
