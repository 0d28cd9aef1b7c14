import Foundation

/// Files under Tests/Fixtures, found from where this source file lies.
public enum Fixture {
  public static let directory = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Fixtures")

  /// The file's bytes; `name` is a path below Tests/Fixtures, such as "karmada/bindings.json".
  public static func bytes(_ name: String) throws -> [UInt8] {
    try [UInt8](Data(contentsOf: directory.appending(path: name)))
  }

  /// The file as UTF-8 text.
  public static func text(_ name: String) throws -> String {
    String(decoding: try bytes(name), as: UTF8.self)
  }
}
