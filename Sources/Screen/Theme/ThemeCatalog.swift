/// The themes there are: those built in and the user's own. A user's theme comes before a built-in
/// one of the same name, and may inherit it.
public struct ThemeCatalog: Sendable {
  private struct Source: Sendable {
    var file: String
    var text: String
  }

  private let builtIn: [String: Source]
  private let own: [String: Source]

  /// The name of the theme nobody has to ask for.
  public static let defaultName = "quarterdeck"

  /// `user` has the name (without `.yaml`) and text of each of the user's theme files.
  public init(user: [(name: String, text: String)] = []) {
    let embedded: [(String, [UInt8])] = [
      ("quarterdeck", PackageResources.quarterdeck_yaml),
      ("quarterdeck-light", PackageResources.quarterdeck_light_yaml),
      ("high-contrast", PackageResources.high_contrast_yaml),
      ("solarized-dark", PackageResources.solarized_dark_yaml),
      ("mono", PackageResources.mono_yaml),
    ]
    builtIn = Dictionary(
      embedded.map { name, bytes in
        (
          name,
          Source(file: "\(name).yaml (built in)", text: String(decoding: bytes, as: UTF8.self))
        )
      }, uniquingKeysWith: { $1 })
    own = Dictionary(
      user.map { ($0.name, Source(file: "\($0.name).yaml", text: $0.text)) },
      uniquingKeysWith: { $1 })
  }

  /// All names, sorted.
  public var names: [String] { Set(builtIn.keys).union(own.keys).sorted() }

  public func isBuiltIn(_ name: String) -> Bool { own[name] == nil && builtIn[name] != nil }

  /// Loads a theme. Throws a ``ThemeError`` that names the file and line.
  public func theme(named name: String) throws(ThemeError) -> Theme {
    guard let source = own[name] ?? builtIn[name] else {
      throw ThemeError(
        file: name, line: nil,
        message: "there is no such theme" + Suggestion.text(for: name, among: names)
          + " (themes: \(names.joined(separator: ", ")))")
    }
    var files = [try ThemeFile(file: source.file, text: source.text)]
    var chain = [name]
    var isOwn = own[name] != nil
    while let file = files.last, let parent = file.inherits {
      let next: Source?
      if isOwn, parent.value == chain.last, builtIn[parent.value] != nil {
        next = builtIn[parent.value]
        isOwn = false
      } else {
        guard !chain.contains(parent.value) else {
          let circle = (chain + [parent.value]).joined(separator: " → ")
          throw ThemeError(
            file: parent.file, line: parent.line, message: "inherits itself: \(circle)")
        }
        next = own[parent.value] ?? builtIn[parent.value]
        isOwn = own[parent.value] != nil
      }
      guard let next else {
        throw ThemeError(
          file: parent.file, line: parent.line,
          message: "there is no theme \"\(parent.value)\" to inherit"
            + Suggestion.text(for: parent.value, among: names))
      }
      files.append(try ThemeFile(file: next.file, text: next.text))
      chain.append(parent.value)
    }
    return try Theme(name: name, files: files)
  }
}
