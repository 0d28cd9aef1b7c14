/// A value that must never reach a log, a screen or an error text: it prints as "•••".
///
/// Equality and hashing look at the value, so that a changed token is noticed.
public struct Secret<Value: Hashable & Sendable>: Hashable, Sendable {
  /// The value itself, to be handed to the transport and to nobody else.
  public let revealed: Value

  public init(_ value: Value) { revealed = value }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  public var description: String { "•••" }
  public var debugDescription: String { "•••" }
  /// No children, so that `dump` and string interpolation of a parent stay silent too.
  public var customMirror: Mirror { Mirror(self, children: []) }
}
