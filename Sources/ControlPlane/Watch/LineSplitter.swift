/// Cuts a watch's body, which arrives in pieces of any size, into its lines.
public struct LineSplitter: Sendable {
  /// A line outgrew the limit; the watch cannot go on.
  public struct LineTooLong: Error, Hashable, Sendable {
    /// In bytes.
    public var limit: Int
    public init(limit: Int) { self.limit = limit }
  }

  /// Bytes a line may have; an etcd object has 1.5 MB at most, aggregated APIs may send more.
  public let limit: Int
  private var rest: [UInt8] = []

  public init(limit: Int = 64 << 20) { self.limit = limit }

  /// The lines that this piece completes, without their ends ("\n" or "\r\n"); blank ones are
  /// left out.
  public mutating func feed(_ piece: [UInt8]) throws(LineTooLong) -> [[UInt8]] {
    var lines: [[UInt8]] = []
    var tail = piece[...]
    while let end = tail.firstIndex(of: UInt8(ascii: "\n")) {
      guard rest.count + (end - tail.startIndex) <= limit else { throw LineTooLong(limit: limit) }
      rest += tail[..<end]
      tail = tail[(end + 1)...]
      if let line = takeRest() { lines.append(line) }
    }
    guard rest.count + tail.count <= limit else { throw LineTooLong(limit: limit) }
    rest += tail
    return lines
  }

  /// What came after the last line's end: nil unless the stream broke off inside a line.
  public mutating func finish() -> [UInt8]? { takeRest() }

  private mutating func takeRest() -> [UInt8]? {
    var line = rest
    rest = []
    if line.last == UInt8(ascii: "\r") { line.removeLast() }
    return line.isEmpty ? nil : line
  }
}
