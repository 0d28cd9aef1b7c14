/// Why the server did not do what it was asked for.
public struct SaveFailure: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Kind: String, Hashable, Sendable {
    /// 409: the policy has changed since it was looked at, or there is one of the name.
    case conflict
    case missing
    /// Schema, webhook or another admission says no.
    case refused
    case forbidden
    /// No answer, or none that says whether it was done.
    case unanswered
    /// It was not done and may be tried again: throttled.
    case busy
  }

  /// A field, as the server names it, and its words on it.
  public struct Cause: Hashable, Sendable {
    public var field: String
    public var message: String
    public init(field: String, message: String) {
      self.field = field
      self.message = message
    }
  }

  public var kind: Kind
  /// The server's own words.
  public var message: String
  public var causes: [Cause]
  /// One line: what was tried, on what, why, what to do.
  public var description: String

  public init(_ kind: Kind, message: String, causes: [Cause] = [], description: String? = nil) {
    self.kind = kind
    self.message = message
    self.causes = causes
    self.description = description ?? message
  }
}
