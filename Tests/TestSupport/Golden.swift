import Foundation
import Testing

/// Exact text kept under Tests/Fixtures/screens.
///
/// With RECORD_GOLDEN=1 in the environment the files are written anew, and the tests fail so that
/// a recording run is never taken for a passing one.
public enum Golden {
  /// Compares lines with the file of that name, naming the first that differs.
  public static func expect(
    _ lines: [String], matches name: String, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let file = Fixture.directory.appending(path: "screens/\(name).txt")
    let text = lines.joined(separator: "\n") + "\n"
    if ProcessInfo.processInfo.environment["RECORD_GOLDEN"] == "1" {
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: file)
      Issue.record("recorded \(name)", sourceLocation: sourceLocation)
      return
    }
    let wanted = String(decoding: try Data(contentsOf: file), as: UTF8.self)
    guard wanted != text else { return }
    let (old, new) = (wanted.split(separator: "\n", omittingEmptySubsequences: false), lines)
    let line = zip(old, new).enumerated().first { $0.element.0 != $0.element.1 }
    let difference =
      line.map { "line \($0.offset + 1)\n  wanted: \($0.element.0)\n  got:    \($0.element.1)" }
      ?? "\(old.count - 1) lines wanted, \(new.count) came"
    Issue.record("\(name) differs, \(difference)", sourceLocation: sourceLocation)
  }
}
