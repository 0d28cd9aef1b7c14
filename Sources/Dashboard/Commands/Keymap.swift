/// Which key means which command, where.
public struct Keymap: Sendable {
  /// A key asked for twice in the same place, or a command that nobody knows.
  public struct Conflict: Error, Hashable, Sendable, CustomStringConvertible {
    public var description: String
  }

  private var commands: [InputContext: [Key: CommandID]] = [:]
  private var keysByCommand: [CommandID: [Key]] = [:]

  public static let standard: Keymap = {
    var map = Keymap()
    for command in Command.table { map.bind(command, to: command.keys) }
    return map
  }()

  /// The standard keys with some commands' keys replaced, as the configuration says.
  /// Throws `Conflict` when two commands that apply in the same place would share a key.
  public init(replacing changes: [CommandID: [Key]]) throws(Conflict) {
    for command in Command.table {
      let keys = changes[command.id] ?? command.keys
      for context in command.contexts {
        for key in keys {
          if let other = commands[context]?[key] {
            throw Conflict(
              description: "key \(key.name) is asked for by both \(other.rawValue) and "
                + "\(command.id.rawValue); give one of them another key")
          }
        }
      }
      bind(command, to: keys)
    }
  }

  private init() {}

  private mutating func bind(_ command: Command, to keys: [Key]) {
    keysByCommand[command.id] = keys
    for context in command.contexts {
      for key in keys where !Self.isTyped(key, in: context) {
        commands[context, default: [:]][key] = command.id
      }
    }
  }

  /// What can be typed is typed where one types, whatever else it means elsewhere.
  private static func isTyped(_ key: Key, in context: InputContext) -> Bool {
    if case .character = key { context == .prompt } else { false }
  }

  public func command(for key: Key, in context: InputContext) -> CommandID? {
    commands[context]?[key]
  }

  public func keys(of command: CommandID) -> [Key] { keysByCommand[command] ?? [] }

  /// The first key of a command, for hints.
  public func keyName(of command: CommandID) -> String? { keys(of: command).first?.name }
}
