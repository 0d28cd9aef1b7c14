/// Who holds a Lease, as `spec.holderIdentity` says it: "ada@deck/web-pp-20261122T114416Z-3f2a/…".
public struct LeaseIdentity: Hashable, Sendable, CustomStringConvertible {
  /// "ada@deck"
  public var person: String
  /// The journal's name of the run.
  public var run: String
  /// The process and the attempt in it, so that somebody on the same machine can tell whether it
  /// has ended. Anything without "/".
  public var process: String

  public init(person: String, run: String, process: String) {
    self.person = person
    self.run = run
    self.process = process
  }

  /// nil when another program has written it.
  public init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 3, parts.allSatisfy({ !$0.isEmpty }) else { return nil }
    self.init(person: String(parts[0]), run: String(parts[1]), process: String(parts[2]))
  }

  public var description: String { "\(person)/\(run)/\(process)" }
}
