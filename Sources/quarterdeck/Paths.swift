import Foundation

/// The process's environment.
enum Environment {
  static var variables: [String: String] { ProcessInfo.processInfo.environment }

  /// Whether the locale's texts are UTF-8, as setlocale(3) goes through the variables.
  static var isUTF8: Bool {
    let names = ["LC_ALL", "LC_CTYPE", "LANG"].compactMap { variables[$0] }
    let locale = names.first { !$0.isEmpty } ?? ""
    return ["utf-8", "utf8"].contains { locale.lowercased().contains($0) }
  }
}

/// Where files lie: the XDG base directories.
enum Paths {
  static var config: String { directory("XDG_CONFIG_HOME", ".config") + "/config.yaml" }
  static var themes: String { directory("XDG_CONFIG_HOME", ".config") + "/themes" }
  static var journal: String {
    directory("XDG_STATE_HOME", ".local/state") + "/journal.sqlite"
  }
  static var drafts: String { directory("XDG_STATE_HOME", ".local/state") + "/drafts" }
  static var log: String { directory("XDG_STATE_HOME", ".local/state") + "/quarterdeck.log" }

  private static func directory(_ variable: String, _ fallback: String) -> String {
    let environment = Environment.variables
    // The XDG specification: a path that is not absolute is to be ignored.
    if let path = environment[variable], path.hasPrefix("/") { return path + "/quarterdeck" }
    return (environment["HOME"] ?? "") + "/\(fallback)/quarterdeck"
  }

  /// A new folder that only this user may look into.
  static func temporaryFolder() throws -> String {
    let path = NSTemporaryDirectory() + "quarterdeck-\(UUID().uuidString)"
    do {
      try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: true,
        attributes: [.posixPermissions: 0o700])
    } catch {
      throw Failure("no temporary folder \(path): \(error)")
    }
    return path
  }

  static func remove(_ folder: String) {
    // The system cleans its temporary folders; a failure leaves a small file behind.
    do { try FileManager.default.removeItem(atPath: folder) } catch {}
  }

  /// A file's text; nil when there is no such file. Throws when it is there and cannot be read.
  static func text(of path: String) throws -> String? {
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    do {
      return try String(contentsOfFile: path, encoding: .utf8)
    } catch {
      throw Failure("\(path) cannot be read: is it a UTF-8 text file that you may read?")
    }
  }

  static func bytes(of path: String) throws -> [UInt8] {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw Failure("\(path) cannot be read: is it there, and may you read it?")
    }
    return [UInt8](data)
  }

  /// The user's own theme files, by name.
  static func userThemes() throws -> [(name: String, text: String)] {
    guard FileManager.default.fileExists(atPath: themes) else { return [] }
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: themes)
    } catch {
      throw Failure("\(themes) cannot be read: is it a directory that you may read?")
    }
    return try names.sorted().filter { $0.hasSuffix(".yaml") }.compactMap { name in
      try text(of: "\(themes)/\(name)").map { (String(name.dropLast(".yaml".count)), $0) }
    }
  }
}
