import Dashboard
import Foundation
import Subprocess

/// The operator's own editor on a file, in the terminal that the dashboard has just left.
enum Editor {
  /// Texts beyond this are no override policies.
  private static let limit = 16 << 20

  /// Runs VISUAL, EDITOR or vi on a file and gives back what stands in it then, or why that cannot
  /// be used; what becomes of the file is `DraftFiles`' to decide.
  static func edit(_ path: String) async -> Result<String, OverrideComplaint> {
    let variables = Environment.variables
    let command =
      [variables["VISUAL"], variables["EDITOR"]].compactMap { $0 }.first { !$0.isEmpty } ?? "vi"
    do {
      // As git does it: the variable may hold arguments, so a shell reads it.
      let result = try await Subprocess.run(
        .path("/bin/sh"), arguments: ["-c", "\(command) \"$1\"", "sh", path],
        input: .currentStandardInput, output: .currentStandardOutput, error: .currentStandardError)
      switch result.terminationStatus {
      case .exited(0): return text(of: path)
      case .exited(let code):
        return .failure(
          OverrideComplaint("\(command) ended with \(code): the draft is as it was before it"))
      case .signaled(let signal):
        return .failure(
          OverrideComplaint(
            "\(command) was ended by signal \(signal): the draft is as it was before it"))
      }
    } catch {
      return .failure(OverrideComplaint("\(command) cannot be run: \(error); set EDITOR"))
    }
  }

  private static func text(of path: String) -> Result<String, OverrideComplaint> {
    guard let data = FileManager.default.contents(atPath: path), data.count <= limit else {
      return .failure(OverrideComplaint("\(path) is gone or too large: the draft is as it was"))
    }
    guard let text = String(validating: data, as: UTF8.self) else {
      return .failure(
        OverrideComplaint(
          "the editor has left bytes that are no UTF-8: the draft is as it was before it"))
    }
    // As with git and kubectl: who empties the file has thought better of it.
    guard text.contains(where: { !$0.isWhitespace }) else {
      return .failure(
        OverrideComplaint("the editor has left nothing: the draft is as it was before it"))
    }
    return .success(text)
  }
}
