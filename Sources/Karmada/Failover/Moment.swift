import Manifest

/// When something happened, and how well that is known.
public struct Moment: Hashable, Sendable {
  public var time: Time
  /// True: a watch told of it as it happened. False: read later from what the server had noted,
  /// in whole seconds and by the server's clock.
  public var isExact: Bool

  public init(_ time: Time, isExact: Bool = true) {
    self.time = time
    self.isExact = isExact
  }

  /// The better of two accounts of one event: what was seen beats what was read, and of two that
  /// saw it the first.
  static func better(_ a: Moment?, _ b: Moment?) -> Moment? {
    guard let a, let b else { return a ?? b }
    if a.isExact != b.isExact { return a.isExact ? a : b }
    return a.time <= b.time ? a : b
  }
}

/// How an object came to be known in the state it is in.
public enum Sighting: Hashable, Sendable {
  /// A watch told of the change as it happened.
  case seen(Time)
  /// A list named it: what is new in it happened before, unwatched.
  case found(Time)

  public var time: Time {
    switch self {
    case .seen(let time), .found(let time): time
    }
  }

  /// When a change that this sighting shows took place: now, or what the server noted of it.
  func moment(noted: Time? = nil) -> Moment? {
    switch self {
    case .seen(let time): Moment(time)
    case .found: noted.map { Moment($0, isExact: false) }
    }
  }
}
