import Dashboard
import Karmada
import Manifest
import Yams

/// What the operator's configuration file says. Everything may be left out.
public struct Config: Sendable {
  public var theme: String?
  public var pane: PaneID?
  public var poll: Duration?
  public var isMouseOn: Bool?
  public var isASCII: Bool?
  /// The longest time that a session may be armed for.
  public var armLimit: Duration?
  /// How long failovers that are over are kept; for good, if not given.
  public var keepFailovers: Duration?
  /// The columns of a pane's list, by id and in order.
  public var columns: [PaneID: [String]] = [:]
  /// When a policy's name has to be typed before it is saved.
  public var caution = SaveCaution()
  /// Keys that replace a command's standard ones.
  public var keys: [CommandID: [Key]] = [:]

  public init() {}

  /// What is wrong with a configuration file, and where.
  public struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
    public var file: String
    public var line: Int?
    public var message: String
    public var description: String {
      "\(file)\(line.map { ":\($0)" } ?? ""): \(message)"
    }
  }

  /// Reads a configuration. An unknown key is an error: a setting that silently does nothing is
  /// worse than none.
  public init(file: String, text: String) throws(Failure) {
    let root: Node?
    do {
      // Manifest tells in one line what is wrong; Yams knows on which lines the rest stands.
      _ = try YAML.parse(text)
      root = try Yams.compose(yaml: text)
    } catch let error as YAML.Failure {
      throw Failure(
        file: file, line: error.line > 0 ? error.line : nil, message: "not YAML: \(error.message)")
    } catch {
      throw Failure(file: file, line: nil, message: "not YAML: \(error)")
    }
    guard let root, root.null == nil else { return }
    let reader = Reader(file: file)
    for (key, value) in try reader.pairs(root, of: "the configuration") {
      switch key.value {
      case "theme": theme = try reader.text(value, key)
      case "pane": pane = try reader.pane(value, key)
      case "poll": poll = try reader.seconds(value, key)
      case "mouse": isMouseOn = try reader.bool(value, key)
      case "ascii": isASCII = try reader.bool(value, key)
      case "armLimit": armLimit = try reader.minutes(value, key)
      case "keepFailovers": keepFailovers = try reader.days(value, key)
      case "columns":
        for (name, node) in try reader.pairs(value, of: "columns") {
          let pane = try reader.pane(named: name.value.lowercased(), name)
          columns[pane] = try reader.columns(node, of: pane, name)
        }
      case "overrides": caution = try reader.caution(value)
      case "keys":
        for (name, node) in try reader.pairs(value, of: "keys") {
          let command = try reader.command(name)
          keys[command] = try reader.keys(node, name)
        }
      default:
        throw reader.failure(
          key,
          "unknown key “\(key.value)”; known: theme pane poll mouse ascii armLimit keepFailovers "
            + "columns overrides keys")
      }
    }
  }

  /// The standard keys with this configuration's changes.
  public func keymap(file: String) throws(Failure) -> Keymap {
    do {
      return try Keymap(replacing: keys)
    } catch {
      throw Failure(file: file, line: nil, message: error.description)
    }
  }
}

/// Reads single values and says what is wrong with them.
private struct Reader {
  struct Key {
    var value: String
    var line: Int?
  }

  var file: String

  func failure(_ key: Key, _ message: String) -> Config.Failure {
    Config.Failure(file: file, line: key.line, message: message)
  }

  func pairs(_ node: Node, of what: String) throws(Config.Failure) -> [(Key, Node)] {
    guard let mapping = node.mapping else {
      throw Config.Failure(
        file: file, line: node.mark?.line, message: "\(what) must be a mapping of names to values")
    }
    return mapping.map { (Key(value: $0.key.string ?? "", line: $0.key.mark?.line), $0.value) }
  }

  func text(_ node: Node, _ key: Key) throws(Config.Failure) -> String {
    guard let text = node.string else { throw failure(key, "\(key.value) must be a text") }
    return text
  }

  func bool(_ node: Node, _ key: Key) throws(Config.Failure) -> Bool {
    guard let value = node.bool else { throw failure(key, "\(key.value) must be true or false") }
    return value
  }

  func seconds(_ node: Node, _ key: Key) throws(Config.Failure) -> Duration {
    guard let seconds = node.float, seconds >= 1, seconds <= 3600 else {
      throw failure(key, "\(key.value) must be a number of seconds from 1 to 3600")
    }
    return .milliseconds(Int64(seconds * 1000))
  }

  func minutes(_ node: Node, _ key: Key) throws(Config.Failure) -> Duration {
    guard let minutes = node.int, (1...1440).contains(minutes) else {
      throw failure(key, "\(key.value) must be a whole number of minutes from 1 to 1440")
    }
    return .seconds(minutes * 60)
  }

  func days(_ node: Node, _ key: Key) throws(Config.Failure) -> Duration {
    guard let days = node.int, (1...36_500).contains(days) else {
      throw failure(key, "\(key.value) must be a whole number of days from 1 to 36500")
    }
    return .seconds(days * 86_400)
  }

  func caution(_ node: Node) throws(Config.Failure) -> SaveCaution {
    var caution = SaveCaution()
    for (key, value) in try pairs(node, of: "overrides") {
      switch key.value {
      case "production":
        guard let texts = value.sequence?.map({ $0.string ?? "" }) else {
          throw failure(key, "production must be a list of label selectors")
        }
        caution.production = []
        for text in texts { caution.production.append(try selector(text, key)) }
      case "confirmAbove":
        guard let count = value.int, (0...1_000_000).contains(count) else {
          throw failure(key, "confirmAbove must be a whole number of objects from 0 to 1000000")
        }
        caution.objectLimit = count
      default:
        throw failure(
          key, "unknown key “\(key.value)” in overrides; known: production confirmAbove")
      }
    }
    return caution
  }

  private func selector(_ text: String, _ key: Key) throws(Config.Failure) -> LabelSelector {
    let selector: LabelSelector
    do { selector = try LabelSelector(parsing: text) } catch {
      throw failure(key, "“\(text)” is no label selector: \(error)")
    }
    guard !selector.requirements.isEmpty else {
      throw failure(key, "an empty selector would make every cluster a production cluster")
    }
    return selector
  }

  func pane(_ node: Node, _ key: Key) throws(Config.Failure) -> PaneID {
    try pane(named: try text(node, key).lowercased(), key)
  }

  func pane(named name: String, _ key: Key) throws(Config.Failure) -> PaneID {
    guard let pane = PaneID.allCases.first(where: { $0.title.lowercased() == name }) else {
      let known = PaneID.allCases.map { $0.title.lowercased() }.joined(separator: " ")
      throw failure(key, "no pane “\(name)”; there are: \(known)")
    }
    return pane
  }

  func columns(_ node: Node, of pane: PaneID, _ key: Key) throws(Config.Failure) -> [String] {
    let known = pane.columnIDs
    guard let names = node.sequence?.map({ $0.string ?? "" }), !names.isEmpty else {
      throw failure(key, "\(key.value) must be a list of columns: \(known.joined(separator: " "))")
    }
    for (i, name) in names.enumerated() {
      guard known.contains(name) else {
        throw failure(
          key, "no column “\(name)” in \(key.value); there are: \(known.joined(separator: " "))")
      }
      if names[..<i].contains(name) { throw failure(key, "the column “\(name)” is there twice") }
    }
    return names
  }

  func command(_ key: Key) throws(Config.Failure) -> CommandID {
    guard let command = CommandID(rawValue: key.value) else {
      throw failure(key, "no command “\(key.value)”; `quarterdeck commands` lists them")
    }
    return command
  }

  /// One key or a list of them.
  func keys(_ node: Node, _ key: Key) throws(Config.Failure) -> [Dashboard.Key] {
    let names: [String]
    if let sequence = node.sequence {
      names = sequence.map { $0.string ?? "" }
    } else {
      names = [try text(node, key)]
    }
    var keys: [Dashboard.Key] = []
    for name in names {
      guard let one = Dashboard.Key(name: name) else {
        throw failure(key, "“\(name)” is no key; write a, ctrl-a, alt-a, F5, Enter, PgUp …")
      }
      keys.append(one)
    }
    return keys
  }
}
