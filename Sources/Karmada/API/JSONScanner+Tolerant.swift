import Manifest

// Readers for fields of objects that a server of another version may have written: a value of
// another type than expected is stepped over and what was there before stays. Malformed JSON
// still fails.
extension JSONScanner {
  /// The members of an object; a value of another kind has none.
  @inline(__always)
  mutating func members(
    _ body: (Key, inout JSONScanner) throws(Failure) -> Void
  ) throws(Failure) {
    if try next() == .object { try object(body) } else { try skip() }
  }

  /// The elements of an array; a value of another kind has none.
  @inline(__always)
  mutating func elements(_ body: (inout JSONScanner) throws(Failure) -> Void) throws(Failure) {
    if try next() == .array { try array(body) } else { try skip() }
  }

  mutating func read(_ value: inout String) throws(Failure) {
    if try next() == .string { value = try string() } else { try skip() }
  }

  /// A text that other objects are likely to have too.
  mutating func read(_ value: inout String, _ interner: inout Interner) throws(Failure) {
    if try next() == .string { value = interner.intern(try string()) } else { try skip() }
  }

  mutating func read(_ value: inout Int) throws(Failure) {
    if try next() == .number { value = try intIfExact() ?? value } else { try skip() }
  }

  mutating func read(_ value: inout Int?) throws(Failure) {
    if try next() == .number { value = try intIfExact() ?? value } else { try skip() }
  }

  mutating func read(_ value: inout Bool) throws(Failure) {
    if try next() == .bool { value = try bool() } else { try skip() }
  }

  mutating func read(_ value: inout Bool?) throws(Failure) {
    if try next() == .bool { value = try bool() } else { try skip() }
  }

  /// RFC 3339; a text that is no time leaves the value as it was.
  mutating func read(_ value: inout Time?) throws(Failure) {
    if try next() == .string { value = Time(rfc3339: try string()) ?? value } else { try skip() }
  }

  /// One of an enumeration's words; an unknown one leaves the value as it was.
  mutating func read<Word: RawRepresentable<String>>(_ value: inout Word) throws(Failure) {
    if try next() == .string { value = Word(rawValue: try string()) ?? value } else { try skip() }
  }

  /// The strings of an array, others left out.
  mutating func read(_ value: inout [String], _ interner: inout Interner) throws(Failure) {
    guard try next() == .array else { return try skip() }
    value = []
    try array { scanner throws(Failure) in
      guard try scanner.next() == .string else { return try scanner.skip() }
      value.append(interner.intern(try scanner.string()))
    }
  }

  /// A list of things that read themselves; elements that are no objects are left out.
  mutating func read<Element: Scannable>(
    _ value: inout [Element], _ interner: inout Interner
  ) throws(Failure) {
    guard try next() == .array else { return try skip() }
    value = []
    try array { scanner throws(Failure) in
      guard try scanner.next() == .object else { return try scanner.skip() }
      var element = Element()
      try element.read(&scanner, &interner)
      value.append(element)
    }
  }

  /// A map of strings, other values left out.
  mutating func read(
    _ value: inout [String: String], _ interner: inout Interner
  ) throws(Failure) {
    guard try next() == .object else { return try skip() }
    value = [:]
    try object { key, scanner throws(Failure) in
      guard try scanner.next() == .string else { return try scanner.skip() }
      value[interner.intern(key.text)] = interner.intern(try scanner.string())
    }
  }
}

/// A part of an object that reads its members from where the scanner stands.
protocol Scannable {
  init()
  mutating func read(_ scanner: inout JSONScanner, _ interner: inout Interner)
    throws(JSONScanner.Failure)
}

extension Scannable {
  init(
    _ scanner: inout JSONScanner, _ interner: inout Interner
  ) throws(JSONScanner.Failure) {
    self.init()
    try read(&scanner, &interner)
  }
}
