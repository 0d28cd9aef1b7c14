import Dashboard
import Yams

/// One theme file as written: colours are still names, since a theme that inherits this one may
/// give the names other colours.
struct ThemeFile {
  /// A value and the line it stands on.
  struct Placed<Value> {
    var value: Value
    var file: String
    var line: Int
  }

  /// What a file says about a role; nil is left to what it inherits.
  struct Look {
    var foreground: Placed<String>?
    var background: Placed<String>?
    var attributes: [(Attributes, Bool)] = []

    mutating func override(with other: Look) {
      foreground = other.foreground ?? foreground
      background = other.background ?? background
      attributes += other.attributes
    }
  }

  var file: String
  var name: String?
  var inherits: Placed<String>?
  /// The background of the terminal the theme is made for.
  var ground: Placed<String>?
  var palette: [String: Placed<Colour>] = [:]
  var roles: [Role: Look] = [:]

  private static let keys = ["name", "inherits", "background", "palette", "roles"]
  private static let attributes: [String: Attributes] = [
    "bold": .bold, "dim": .dim, "italic": .italic, "underline": .underline, "reverse": .reverse,
  ]

  init(file: String, text: String) throws(ThemeError) {
    self.file = file
    guard let root = try Self.compose(text, file: file) else { return }
    for (key, value) in try pairs(of: root, what: "a theme") {
      switch key.value {
      case "name": name = try scalar(value, what: "name").value
      case "inherits": inherits = try scalar(value, what: "inherits")
      case "background": ground = try scalar(value, what: "background")
      case "palette": try readPalette(value)
      case "roles": try readRoles(value)
      default:
        throw error(
          key.line,
          "unknown key \"\(key.value)\"" + Suggestion.text(for: key.value, among: Self.keys))
      }
    }
  }

  private static func compose(_ text: String, file: String) throws(ThemeError) -> Node? {
    do {
      return try Yams.compose(yaml: text)
    } catch let error as YamlError {
      throw ThemeError(file: file, line: error.line, message: "not YAML: \(error.problem)")
    } catch {
      throw ThemeError(file: file, line: nil, message: "not YAML: \(error)")
    }
  }

  private mutating func readPalette(_ node: Node) throws(ThemeError) {
    for (key, value) in try pairs(of: node, what: "palette") {
      let text = try scalar(value, what: "palette.\(key.value)")
      guard let colour = Colour(name: text.value) else {
        throw error(
          text.line,
          "\"\(text.value)\" is not a colour: write #rrggbb, 0…255, default or an ANSI name"
            + Suggestion.text(for: text.value, among: Colour.names))
      }
      palette[key.value] = Placed(value: colour, file: file, line: text.line)
    }
  }

  private mutating func readRoles(_ node: Node) throws(ThemeError) {
    for (key, value) in try pairs(of: node, what: "roles") {
      guard let role = Role(rawValue: key.value) else {
        throw error(
          key.line,
          "unknown role \"\(key.value)\""
            + Suggestion.text(for: key.value, among: Role.allCases.map(\.rawValue)))
      }
      roles[role] = try look(value, of: key.value)
    }
  }

  /// `green` alone is short for `{ fg: green }`.
  private func look(_ node: Node, of role: String) throws(ThemeError) -> Look {
    var look = Look()
    if case .scalar = node {
      look.foreground = try scalar(node, what: role)
      return look
    }
    for (key, value) in try pairs(of: node, what: role) {
      let text = try scalar(value, what: "\(role).\(key.value)")
      switch key.value {
      case "fg": look.foreground = text
      case "bg": look.background = text
      default:
        guard let attribute = Self.attributes[key.value] else {
          let names = ["fg", "bg"] + Self.attributes.keys.sorted()
          throw error(
            key.line,
            "unknown key \"\(key.value)\" of \(role)"
              + Suggestion.text(for: key.value, among: names))
        }
        guard text.value == "true" || text.value == "false" else {
          throw error(text.line, "\(role).\(key.value) is true or false, not \"\(text.value)\"")
        }
        look.attributes.append((attribute, text.value == "true"))
      }
    }
    return look
  }

  private func pairs(
    of node: Node, what: String
  ) throws(ThemeError) -> [(Placed<String>, Node)] {
    guard case .mapping(let mapping) = node else {
      throw error(node.mark?.line, "\(what) has to be a mapping")
    }
    var pairs: [(Placed<String>, Node)] = []
    for (key, value) in mapping { pairs.append((try scalar(key, what: "a key"), value)) }
    return pairs
  }

  private func scalar(_ node: Node, what: String) throws(ThemeError) -> Placed<String> {
    guard case .scalar(let scalar) = node else {
      throw error(node.mark?.line, "\(what) has to be a single word")
    }
    return Placed(value: scalar.string, file: file, line: node.mark?.line ?? 1)
  }

  private func error(_ line: Int?, _ message: String) -> ThemeError {
    ThemeError(file: file, line: line, message: message)
  }
}

extension YamlError {
  fileprivate var line: Int? {
    switch self {
    case .scanner(_, _, let mark, _), .parser(_, _, let mark, _), .composer(_, _, let mark, _):
      mark.line
    case .duplicatedKeysInMapping(_, let context): context.mark.line
    default: nil
    }
  }

  fileprivate var problem: String {
    switch self {
    case .scanner(_, let problem, _, _), .parser(_, let problem, _, _),
      .composer(_, let problem, _, _):
      problem
    case .duplicatedKeysInMapping(let keys, _):
      "the key \(keys.sorted().joined(separator: ", ")) stands there twice"
    default: "\(self)"
    }
  }
}
