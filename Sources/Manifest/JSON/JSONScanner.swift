/// One forward pass over UTF-8 JSON: reads what the caller asks for and steps over the rest
/// without building it.
///
/// ```swift
/// try scanner.object { key, scanner throws(JSONScanner.Failure) in
///   switch key {
///   case "name": name = try scanner.string()
///   case "generation": generation = try scanner.int()
///   default: try scanner.skip()
///   }
/// }
/// ```
///
/// It accepts RFC 8259 and nothing else, in what it reads and in what it skips alike, with one
/// kindness that Go's decoder has too: an escaped surrogate without its other half reads as
/// U+FFFD. `null` where something else is asked for reads as that type's empty value. The bytes
/// must outlive the scanner, and a `Key` must not leave the closure that was given it.
public struct JSONScanner: ~Copyable {
  /// Where and why the bytes are not the JSON that was asked for.
  public struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
    /// Bytes from the start of the input.
    public var offset: Int
    /// "expected , or }"
    public var what: String

    public init(offset: Int, what: String) {
      self.offset = offset
      self.what = what
    }
    public var description: String { "byte \(offset): \(what)" }
  }

  /// What kind of value comes next.
  public enum Kind: Hashable, Sendable {
    case object, array, string, number, bool, null
  }

  /// Containers inside one another, at most: a reader that recurses stays well inside its stack.
  public static let depthLimit = 500

  @usableFromInline let base: UnsafePointer<UInt8>
  @usableFromInline let end: UnsafePointer<UInt8>
  @usableFromInline var p: UnsafePointer<UInt8>
  @usableFromInline var depth = 0

  /// Scans `bytes`, which must stay valid while the scanner is used. May be empty.
  public init(_ bytes: UnsafeRawBufferPointer) {
    let nothing: StaticString = ""
    base = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) ?? nothing.utf8Start
    end = base + bytes.count
    p = base
  }

  /// Bytes passed so far.
  public var offset: Int { p - base }

  /// A second scanner over the same bytes, at a place that this one has passed: for what can only
  /// be understood once something behind it has been read. Outside the input it stands at an end.
  public func rewound(to offset: Int) -> JSONScanner {
    var copy = JSONScanner(UnsafeRawBufferPointer(start: base, count: end - base))
    copy.p = base + min(max(0, offset), end - base)
    return copy
  }

  @inline(never) @usableFromInline
  func failure(_ what: StaticString, at position: UnsafePointer<UInt8>? = nil) -> Failure {
    Failure(offset: (position ?? p) - base, what: what.description)
  }

  // MARK: Between values

  @inlinable @inline(__always)
  mutating func passSpace() {
    while p < end {
      let byte = p.pointee
      guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return }
      p += 1
    }
  }

  /// The first byte that is not white space; it is not consumed.
  @inlinable @inline(__always)
  mutating func peek() throws(Failure) -> UInt8 {
    passSpace()
    guard p < end else { throw failure("unexpected end of input") }
    return p.pointee
  }

  @inlinable @inline(__always)
  mutating func expect(_ byte: UInt8, _ what: StaticString) throws(Failure) {
    guard try peek() == byte else { throw failure(what) }
    p += 1
  }

  @inlinable @inline(__always)
  mutating func enter() throws(Failure) {
    guard depth < JSONScanner.depthLimit else { throw failure("nested too deeply") }
    depth += 1
  }

  /// The kind of the next value, which is not consumed and may still prove malformed.
  @inlinable @inline(__always)
  public mutating func next() throws(Failure) -> Kind {
    switch try peek() {
    case 0x7B: return .object
    case 0x5B: return .array
    case 0x22: return .string
    case 0x74, 0x66: return .bool
    case 0x6E: return .null
    case 0x2D, 0x30...0x39: return .number
    default: throw failure("expected a value")
    }
  }

  /// Consumes a `null`; false, and nothing consumed, when the next value is another.
  @inlinable @inline(__always)
  public mutating func null() throws(Failure) -> Bool {
    guard try peek() == 0x6E else { return false }
    try literal("null")
    return true
  }

  /// Fails unless only white space is left.
  public mutating func finish() throws(Failure) {
    passSpace()
    if p < end { throw failure("unexpected byte after the value") }
  }

  // MARK: Containers

  /// Calls `body` for each member with its name; `body` must consume exactly the one value.
  /// A `null` has no members.
  @inlinable @inline(__always)
  public mutating func object(
    _ body: (Key, inout JSONScanner) throws(Failure) -> Void
  ) throws(Failure) {
    if try null() { return }
    try expect(0x7B, "expected {")
    try enter()
    if try peek() == 0x7D {
      p += 1
      depth -= 1
      return
    }
    while true {
      let key = try memberName()
      try body(key, &self)
      let byte = try peek()
      guard byte == 0x2C || byte == 0x7D else { throw failure("expected , or }") }
      p += 1
      if byte == 0x7D { break }
    }
    depth -= 1
  }

  /// Calls `body` for each element; `body` must consume exactly the one value. A `null` has none.
  @inlinable @inline(__always)
  public mutating func array(
    _ body: (inout JSONScanner) throws(Failure) -> Void
  ) throws(Failure) {
    if try null() { return }
    try expect(0x5B, "expected [")
    try enter()
    if try peek() == 0x5D {
      p += 1
      depth -= 1
      return
    }
    while true {
      try body(&self)
      let byte = try peek()
      guard byte == 0x2C || byte == 0x5D else { throw failure("expected , or ]") }
      p += 1
      if byte == 0x5D { break }
    }
    depth -= 1
  }

  /// A member's name and the colon after it.
  @inlinable @inline(__always)
  mutating func memberName() throws(Failure) -> Key {
    try expect(0x22, "expected a member name")
    let start = p
    let escaped = try stringEnd()
    let key = Key(start: start, count: p - start - 1, escaped: escaped)
    try expect(0x3A, "expected :")
    return key
  }

  // MARK: Stepping over

  /// Steps over one value of any kind, holding it to the same grammar as reading would.
  public mutating func skip() throws(Failure) {
    // A bit a level, 1 for an object, so that brackets must match: 64 levels a call, and the
    // depth limit bounds the calls.
    var objects: UInt64 = 0
    var levels = 0
    value: while true {
      let byte = try peek()
      if byte == 0x22 {
        p += 1
        _ = try stringEnd()
      } else if byte | 0x20 == 0x7B {  // { or [
        guard depth + levels < JSONScanner.depthLimit else { throw failure("nested too deeply") }
        if levels == 64 {
          depth += 64
          try skip()
          depth -= 64
        } else {
          p += 1
          if try peek() == byte &+ 2 {  // } or ]
            p += 1
          } else {
            levels += 1
            objects = objects << 1 | (byte == 0x7B ? 1 : 0)
            if byte == 0x7B { _ = try memberName() }
            continue value
          }
        }
      } else {
        try scalar(byte)
      }
      while levels > 0 {
        let byte = try peek()
        let inObject = objects & 1 == 1
        if byte == 0x2C {
          p += 1
          if inObject { _ = try memberName() }
          continue value
        }
        guard byte == (inObject ? 0x7D : 0x5D) else {
          throw failure(inObject ? "expected , or }" : "expected , or ]")
        }
        p += 1
        levels -= 1
        objects >>= 1
      }
      return
    }
  }

  /// Steps over one value and tells where it lay: byte offsets into the input, without the white
  /// space around it.
  public mutating func rawValue() throws(Failure) -> Range<Int> {
    _ = try peek()
    let start = offset
    try skip()
    return start..<offset
  }

  /// A number, true, false or null whose first byte is `byte`.
  @inline(__always)
  private mutating func scalar(_ byte: UInt8) throws(Failure) {
    switch byte {
    case 0x74: try literal("true")
    case 0x66: try literal("false")
    case 0x6E: try literal("null")
    default: _ = try number()
    }
  }

  @usableFromInline
  mutating func literal(_ word: StaticString) throws(Failure) {
    let count = word.utf8CodeUnitCount
    guard end - p >= count else { throw failure("expected a value") }
    for i in 0..<count where p[i] != word.utf8Start[i] { throw failure("expected a value") }
    p += count
  }

  // MARK: Scalars

  /// True or false; a `null` is false.
  public mutating func bool() throws(Failure) -> Bool {
    switch try peek() {
    case 0x74:
      try literal("true")
      return true
    case 0x66:
      try literal("false")
      return false
    case 0x6E:
      try literal("null")
      return false
    default:
      throw failure("expected true or false")
    }
  }

  /// A string, its escapes resolved; a `null` is empty.
  public mutating func string() throws(Failure) -> String {
    if try null() { return "" }
    try expect(0x22, "expected a string")
    let start = p
    let escaped = try stringEnd()
    let raw = UnsafeBufferPointer(start: start, count: p - start - 1)
    return escaped ? JSONScanner.unescaped(raw) : String(decoding: raw, as: UTF8.self)
  }

  /// An integer; `1.0` and `1e3` are integers too, `1.5` and what `Int` cannot hold are failures.
  /// A `null` is 0.
  public mutating func int() throws(Failure) -> Int {
    if try null() { return 0 }
    let start = p
    if let value = try intIfExact() { return value }
    throw failure("expected an integer", at: start)
  }

  /// A number, and nil when it is no integer or not one that `Int` can hold.
  public mutating func intIfExact() throws(Failure) -> Int? {
    _ = try peek()
    let (text, isInteger) = try number()
    return isInteger
      ? JSONScanner.int64(text).flatMap(Int.init(exactly:))
      : Int(exactly: JSONScanner.double(text))
  }

  /// A finite number; a `null` is 0.
  public mutating func double() throws(Failure) -> Double {
    if try null() { return 0 }
    let start = p
    let value = JSONScanner.double(try number().text)
    guard value.isFinite else { throw failure("number out of range", at: start) }
    return value
  }
}
