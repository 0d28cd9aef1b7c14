import ControlPlane
import Manifest

/// A fault as one line of words: "kill member3", "throttle 5 10", "drop works".
public enum FaultLine: Hashable, Sendable {
  case fault(Fault)
  /// A member answers again, and in time.
  case restore(String)
  /// An application gets healthy again.
  case heal(ApplicationID)
  /// One fault ends, or all do.
  case clear(Int?)

  /// What can go wrong, for help and completion.
  public struct Word: Hashable, Sendable {
    public var name: String
    /// "MEMBER SECONDS"; what is in brackets may be left out.
    public var arguments: String
    public var help: String
    /// "slow MEMBER SECONDS"
    public var syntax: String { arguments.isEmpty ? name : "\(name) \(arguments)" }
  }

  public static let words: [Word] = [
    Word(name: "kill", arguments: "MEMBER", help: "its API server dies; connections are refused"),
    Word(name: "cut", arguments: "MEMBER", help: "its network is gone; calls to it hang"),
    Word(name: "slow", arguments: "MEMBER SECONDS", help: "its answers take so much longer"),
    Word(name: "restore", arguments: "MEMBER", help: "it answers again, and in time"),
    Word(
      name: "break", arguments: "KIND NAMESPACE/NAME [MEMBER]",
      help: "an application turns unhealthy, in one member or in all"),
    Word(
      name: "heal", arguments: "KIND NAMESPACE/NAME [MEMBER]",
      help: "it gets healthy again, there or wherever it is broken"),
    Word(name: "drop", arguments: "[RESOURCE]", help: "watch events are lost"),
    Word(name: "delay", arguments: "SECONDS [RESOURCE]", help: "watch events come late"),
    Word(name: "repeat", arguments: "[RESOURCE]", help: "watch events come twice"),
    Word(name: "silence", arguments: "[RESOURCE]", help: "watches stay open and say nothing"),
    Word(name: "gone", arguments: "", help: "410: watches and pages are too old from now on"),
    Word(
      name: "throttle", arguments: "SECONDS [COUNT]",
      help: "429 with Retry-After, for all requests or so many"),
    Word(name: "slow-writes", arguments: "SECONDS", help: "writes take so much longer"),
    Word(
      name: "fail-writes", arguments: "[COUNT]", help: "writes fail with 500, all or so many"),
    Word(
      name: "lose-answers", arguments: "[COUNT]",
      help: "writes happen, but the connection breaks before the answer"),
    Word(name: "webhook-down", arguments: "", help: "what Karmada's webhooks look at is refused"),
    Word(name: "expire-events", arguments: "", help: "all Events expire now"),
    Word(
      name: "skew", arguments: "SECONDS", help: "the server's clock is ahead, or behind (-30)"),
    Word(
      name: "restart", arguments: "[SECONDS]", help: "the API server is away, watches break off"),
    Word(name: "revoke-token", arguments: "", help: "401 for everybody"),
    Word(name: "clear", arguments: "[NUMBER]", help: "ends one fault, or all of them"),
  ]

  /// Why a line is no fault, with what would be.
  public struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
    public var description: String
    public init(_ description: String) { self.description = description }
  }

  public init(parsing line: String) throws(Failure) {
    var rest = line.split { $0 == " " || $0 == "\t" || $0 == "\n" || $0 == "\r" }.map(String.init)[
      ...]
    guard let name = rest.popFirst() else {
      throw Failure("no fault was named; \(Self.help)")
    }
    guard let word = Self.words.first(where: { $0.name == name }) else {
      throw Failure("there is no fault “\(name)”; \(Self.help)")
    }
    var arguments = Arguments(rest: rest, word: word)
    self = try Self.read(name, &arguments)
    try arguments.end()
  }

  private static var help: String { "there are: \(words.map(\.name).joined(separator: " "))" }

  private static func read(_ name: String, _ arguments: inout Arguments) throws(Failure)
    -> FaultLine
  {
    switch name {
    case "kill": .fault(.member(try arguments.next(), .killed))
    case "cut": .fault(.member(try arguments.next(), .cut))
    case "slow": .fault(.member(try arguments.next(), .slow(try arguments.seconds())))
    case "restore": .restore(try arguments.next())
    case "break": .fault(.application(try arguments.application()))
    case "heal": .heal(try arguments.application())
    case "drop": .fault(.watches(.drop(), plural: try arguments.resource()))
    case "delay":
      .fault(.watches(.delay(try arguments.seconds()), plural: try arguments.resource()))
    case "repeat": .fault(.watches(.repeat, plural: try arguments.resource()))
    case "silence": .fault(.watches(.silence, plural: try arguments.resource()))
    case "clear": .clear(try arguments.count())
    default: .fault(try readServerFault(name, &arguments))
    }
  }

  private static func readServerFault(_ name: String, _ arguments: inout Arguments)
    throws(Failure) -> Fault
  {
    switch name {
    case "gone": .compaction
    case "throttle":
      .requests(
        .any, .refusal(.tooManyRequests(retryAfter: try arguments.wholeSeconds())),
        times: try arguments.count())
    case "slow-writes": .requests(.writes, .slow(try arguments.seconds()))
    case "fail-writes":
      .requests(.writes, .refusal(.storeTimedOut), times: try arguments.count())
    case "lose-answers": .requests(.writes, .answerLost, times: try arguments.count())
    case "webhook-down": .webhookDown
    case "expire-events": .eventsExpire
    case "skew": .clockSkew(try arguments.seconds(from: -1e6))
    case "restart": .restart(try arguments.secondsIfGiven() ?? .seconds(5))
    case "revoke-token": .tokenRevoked
    default: throw Failure("there is no fault “\(name)”; \(help)")
    }
  }
}

/// The words behind a fault's name, taken one by one.
private struct Arguments {
  var rest: ArraySlice<String>
  let word: FaultLine.Word

  private var wanted: String { "“\(word.syntax)” is how it is written" }

  mutating func next() throws(FaultLine.Failure) -> String {
    guard let text = rest.popFirst() else {
      throw FaultLine.Failure("something is missing; \(wanted)")
    }
    return text
  }

  mutating func seconds(from lowest: Double = 0) throws(FaultLine.Failure) -> Duration {
    let text = try next()
    guard let number = Double(text), number.isFinite, (lowest...1e6).contains(number) else {
      throw FaultLine.Failure("“\(text)” is not a number of seconds; \(wanted)")
    }
    return .milliseconds(Int64(number * 1000))
  }

  mutating func secondsIfGiven() throws(FaultLine.Failure) -> Duration? {
    rest.isEmpty ? nil : try seconds()
  }

  mutating func wholeSeconds() throws(FaultLine.Failure) -> Int {
    let text = try next()
    guard let number = Int(text), (0...1_000_000).contains(number) else {
      throw FaultLine.Failure("“\(text)” is not a whole number of seconds; \(wanted)")
    }
    return number
  }

  mutating func count() throws(FaultLine.Failure) -> Int? {
    guard let text = rest.popFirst() else { return nil }
    guard let number = Int(text), (1...1_000_000).contains(number) else {
      throw FaultLine.Failure("“\(text)” is not a number from 1 on; \(wanted)")
    }
    return number
  }

  /// "works" or "works.work.karmada.io"; nil when none is given.
  mutating func resource() throws(FaultLine.Failure) -> String? {
    guard let text = rest.popFirst() else { return nil }
    let plural = String(text.prefix { $0 != "." })
    guard ResourceRegistry.karmada.types.contains(where: { $0.api.plural == plural }) else {
      throw FaultLine.Failure(
        "“\(text)” is no resource of this server; give its plural, as resourcebindings")
    }
    return plural
  }

  mutating func application() throws(FaultLine.Failure) -> ApplicationID {
    let kind = try next()
    guard ResourceRegistry.member.types.contains(where: { $0.api.kind == kind }) else {
      throw FaultLine.Failure("“\(kind)” is no kind a member has; as Deployment; \(wanted)")
    }
    let place = try next().split(separator: "/", omittingEmptySubsequences: false)
    guard (1...2).contains(place.count), !place.contains(""), let name = place.last else {
      throw FaultLine.Failure("NAMESPACE/NAME, or NAME alone where there is none; \(wanted)")
    }
    return ApplicationID(
      kind: kind, namespace: place.count == 2 ? String(place[0]) : "", name: String(name),
      cluster: rest.popFirst())
  }

  func end() throws(FaultLine.Failure) {
    if let next = rest.first { throw FaultLine.Failure("“\(next)” is too much; \(wanted)") }
  }
}
