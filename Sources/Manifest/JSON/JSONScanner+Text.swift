// How the scanner reads names, strings and numbers.

extension JSONScanner {
  /// The name of a member, still in the input's bytes: compare it with `switch` and a literal.
  public struct Key {
    @usableFromInline let start: UnsafePointer<UInt8>
    @usableFromInline let count: Int
    /// It was written with escapes, so its bytes are not its text.
    @usableFromInline let escaped: Bool

    @inlinable @inline(__always)
    init(start: UnsafePointer<UInt8>, count: Int, escaped: Bool) {
      self.start = start
      self.count = count
      self.escaped = escaped
    }

    /// The name as a string, its escapes resolved.
    public var text: String {
      let raw = UnsafeBufferPointer(start: start, count: count)
      return escaped ? JSONScanner.unescaped(raw) : String(decoding: raw, as: UTF8.self)
    }

    @inlinable @inline(__always)
    public static func ~= (name: StaticString, key: Key) -> Bool {
      if key.escaped { return key.unescapedEquals(name) }
      guard name.utf8CodeUnitCount == key.count else { return false }
      let other = name.utf8Start
      for i in 0..<key.count where other[i] != key.start[i] { return false }
      return true
    }

    @usableFromInline
    func unescapedEquals(_ name: StaticString) -> Bool {
      name.withUTF8Buffer { text.utf8.elementsEqual($0) }
    }
  }

  /// From after the opening quote to after the closing one; true if there was a backslash.
  ///
  /// Eight bytes at a time while they are plain: each term below raises the high bit of a byte
  /// that is a quote, a backslash or a control byte. Borrows can raise it falsely only above a
  /// true one, and only the lowest is used.
  @usableFromInline
  mutating func stringEnd() throws(Failure) -> Bool {
    let start = p
    let ones: UInt64 = 0x0101_0101_0101_0101
    let highs: UInt64 = 0x8080_8080_8080_8080
    var escaped = false
    var seen: UInt64 = 0
    while true {
      while end - p >= 8 {
        let word = UInt64(littleEndian: UnsafeRawPointer(p).loadUnaligned(as: UInt64.self))
        let quote = word ^ (ones &* 0x22)
        let backslash = word ^ (ones &* 0x5C)
        let stop =
          ((quote &- ones) & ~quote | (backslash &- ones) & ~backslash
            | (word &- (ones &* 0x20)) & ~word) & highs
        guard stop == 0 else {
          let plain = stop.trailingZeroBitCount & ~7
          seen |= word & ((1 << UInt64(plain)) &- 1)
          p += plain >> 3
          break
        }
        seen |= word
        p += 8
      }
      guard p < end else { throw failure("unterminated string", at: start - 1) }
      let byte = p.pointee
      switch byte {
      case 0x22:
        if seen & highs != 0 { try validateUTF8(from: start) }
        p += 1
        return escaped
      case 0x5C:
        escaped = true
        try stepOverEscape()
      case 0..<0x20:
        throw failure("control byte in a string")
      default:
        seen |= UInt64(byte)
        p += 1
      }
    }
  }

  private mutating func stepOverEscape() throws(Failure) {
    guard end - p >= 2 else { throw failure("unterminated string") }
    switch p[1] {
    case 0x22, 0x5C, 0x2F, 0x62, 0x66, 0x6E, 0x72, 0x74:
      p += 2
    case 0x75:
      guard end - p >= 6, (2..<6).allSatisfy({ JSONScanner.hexDigit(p[$0]) != nil }) else {
        throw failure("\\u without four hexadecimal digits")
      }
      p += 6
    default:
      throw failure("unknown escape in a string")
    }
  }

  /// Fails at the first byte of `start..<p` that does not belong to well-formed UTF-8
  /// (Unicode table 3-7).
  private func validateUTF8(from start: UnsafePointer<UInt8>) throws(Failure) {
    var q = start
    while q < p {
      let lead = q.pointee
      if lead < 0x80 {
        q += 1
        continue
      }
      let length: Int
      var second: ClosedRange<UInt8> = 0x80...0xBF
      switch lead {
      case 0xC2...0xDF: length = 2
      case 0xE0: (length, second) = (3, 0xA0...0xBF)
      case 0xED: (length, second) = (3, 0x80...0x9F)
      case 0xE1...0xEF: length = 3
      case 0xF0: (length, second) = (4, 0x90...0xBF)
      case 0xF4: (length, second) = (4, 0x80...0x8F)
      case 0xF1...0xF3: length = 4
      default: throw failure("invalid UTF-8", at: q)
      }
      guard p - q >= length, second.contains(q[1]),
        (2..<length).allSatisfy({ q[$0] & 0xC0 == 0x80 })
      else { throw failure("invalid UTF-8", at: q) }
      q += length
    }
  }

  /// The text of a string's bytes, which `stringEnd` has found well-formed.
  static func unescaped(_ raw: UnsafeBufferPointer<UInt8>) -> String {
    String(unsafeUninitializedCapacity: raw.count) { out in
      var (i, n) = (0, 0)
      while i < raw.count {
        let byte = raw[i]
        i += 1
        guard byte == 0x5C, i < raw.count else {
          out[n] = byte
          n += 1
          continue
        }
        let escape = raw[i]
        i += 1
        switch escape {
        case 0x62: out[n] = 0x08
        case 0x66: out[n] = 0x0C
        case 0x6E: out[n] = 0x0A
        case 0x72: out[n] = 0x0D
        case 0x74: out[n] = 0x09
        case 0x75:
          let (scalar, length) = unicodeEscape(raw, at: i)
          i += length
          // An escape of six bytes gives at most three, a pair of twelve gives four: it fits.
          for unit in Unicode.UTF8.encode(scalar) ?? Unicode.UTF8.encodedReplacementCharacter {
            out[n] = unit
            n += 1
          }
          continue
        default: out[n] = escape
        }
        n += 1
      }
      return n
    }
  }

  /// The scalar whose four digits are at `i`, and the bytes it takes: 4, or 10 for a pair.
  private static func unicodeEscape(
    _ raw: UnsafeBufferPointer<UInt8>, at i: Int
  ) -> (Unicode.Scalar, Int) {
    func unit(_ i: Int) -> UInt32? {
      guard i + 4 <= raw.count else { return nil }
      var value: UInt32 = 0
      for j in i..<i + 4 {
        guard let digit = hexDigit(raw[j]) else { return nil }
        value = value << 4 | digit
      }
      return value
    }
    let first = unit(i) ?? 0xFFFD
    if first & 0xFC00 == 0xD800, i + 10 <= raw.count, raw[i + 4] == 0x5C, raw[i + 5] == 0x75,
      let second = unit(i + 6), second & 0xFC00 == 0xDC00,
      let scalar = Unicode.Scalar(0x10000 + (first & 0x3FF) << 10 + (second & 0x3FF))
    {
      return (scalar, 10)
    }
    return (Unicode.Scalar(first) ?? "\u{FFFD}", 4)
  }

  static func hexDigit(_ byte: UInt8) -> UInt32? {
    switch byte {
    case 0x30...0x39: UInt32(byte) - 0x30
    case 0x41...0x46: UInt32(byte) - 0x37
    case 0x61...0x66: UInt32(byte) - 0x57
    default: nil
    }
  }

  // MARK: Numbers

  /// The bytes of one number by RFC 8259, and whether it has neither fraction nor exponent.
  @usableFromInline
  mutating func number() throws(Failure) -> (text: UnsafeBufferPointer<UInt8>, isInteger: Bool) {
    let start = p
    if p < end, p.pointee == 0x2D { p += 1 }
    let first = p
    guard digits() > 0 else {
      p = start
      throw failure("expected a value")
    }
    if first.pointee == 0x30, p - first > 1 { throw failure("leading zero", at: first) }
    var isInteger = true
    if p < end, p.pointee == 0x2E {
      isInteger = false
      p += 1
      guard digits() > 0 else { throw failure("expected a digit") }
    }
    if p < end, p.pointee | 0x20 == 0x65 {
      isInteger = false
      p += 1
      if p < end, p.pointee == 0x2B || p.pointee == 0x2D { p += 1 }
      guard digits() > 0 else { throw failure("expected a digit") }
    }
    return (UnsafeBufferPointer(start: start, count: p - start), isInteger)
  }

  @inline(__always)
  private mutating func digits() -> Int {
    let start = p
    while p < end, p.pointee &- 0x30 < 10 { p += 1 }
    return p - start
  }

  /// The value of an integer's text; nil when it does not fit.
  static func int64(_ text: UnsafeBufferPointer<UInt8>) -> Int64? {
    let negative = text.first == 0x2D
    var value: Int64 = 0
    for byte in text.dropFirst(negative ? 1 : 0) {
      let digit = Int64(byte &- 0x30)
      let (tens, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, overflow2) =
        negative ? tens.subtractingReportingOverflow(digit) : tens.addingReportingOverflow(digit)
      if overflow || overflow2 { return nil }
      value = sum
    }
    return value
  }

  /// The nearest double to a number's text; infinite when it is out of range.
  static func double(_ text: UnsafeBufferPointer<UInt8>) -> Double {
    Double(String(decoding: text, as: UTF8.self)) ?? .nan
  }
}
