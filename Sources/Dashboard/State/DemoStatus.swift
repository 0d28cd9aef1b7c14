/// What an embedded Karmada tells of itself: what it plays, and what goes wrong on purpose.
public struct DemoStatus: Hashable, Sendable {
  /// Something that can be made to go wrong.
  public struct Fault: Hashable, Sendable {
    /// "slow"
    public var name: String
    /// "MEMBER SECONDS"; what is in brackets may be left out.
    public var arguments: String
    public var help: String

    public init(name: String, arguments: String, help: String) {
      self.name = name
      self.arguments = arguments
      self.help = help
    }

    public var syntax: String { arguments.isEmpty ? name : "\(name) \(arguments)" }
  }

  /// The scenario in a few words.
  public var title: String
  /// What to look for and try, one thing a line.
  public var hints: [String]
  public var faults: [Fault]
  public var members: [String]
  /// The faults in force, each with its number: "2  kill member3".
  public var active: [String]
  /// Simulated seconds a second; 0 is a pause.
  public var speed: Double

  public init(
    title: String, hints: [String] = [], faults: [Fault] = [], members: [String] = [],
    active: [String] = [], speed: Double = 1
  ) {
    self.title = title
    self.hints = hints
    self.faults = faults
    self.members = members
    self.active = active
    self.speed = speed.isFinite ? speed : 0
  }
}
