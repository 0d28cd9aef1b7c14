/// Fuzzy search that an operator can predict: the needle is found as it stands, or its letters
/// stand in order within one word or one side of a slash, the first of them at the start of a part
/// of it ("wdc" finds "wordcount", "md" finds "my-deployment").
enum Fuzzy {
  static func matches(_ needle: [UInt8], in text: UnsafeBufferPointer<UInt8>) -> Bool {
    needle.withUnsafeBufferPointer { matches($0, in: text) }
  }

  static func matches(
    _ needle: UnsafeBufferPointer<UInt8>, in text: UnsafeBufferPointer<UInt8>
  ) -> Bool {
    substring(needle, in: text) != nil || scattered(needle, in: text, collect: nil)
  }

  static func ranges(of needle: [UInt8], in text: UnsafeBufferPointer<UInt8>) -> [Range<Int>] {
    needle.withUnsafeBufferPointer { n in
      if let at = substring(n, in: text) { return [at..<at + n.count] }
      var found: [Range<Int>] = []
      let hit = withUnsafeMutablePointer(to: &found) { scattered(n, in: text, collect: $0) }
      return hit ? found : []
    }
  }

  /// Eight places at a time: those where neither the first nor the last byte fits are most, and
  /// need no closer look.
  private static func substring(
    _ needle: UnsafeBufferPointer<UInt8>, in text: UnsafeBufferPointer<UInt8>
  ) -> Int? {
    guard let first = needle.first, let last = needle.last else { return 0 }
    guard text.count >= needle.count else { return nil }
    let ends = (Self.everywhere(first), Self.everywhere(last))
    let reach = needle.count - 1
    let bytes = UnsafeRawBufferPointer(text)
    var i = 0
    while i + reach + 8 <= text.count {
      let difference =
        bytes.loadUnaligned(fromByteOffset: i, as: UInt64.self) ^ ends.0
        | bytes.loadUnaligned(fromByteOffset: i + reach, as: UInt64.self) ^ ends.1
      if hasZero(difference) {
        for at in i..<i + 8 where isSame(needle, text, at) { return at }
      }
      i += 8
    }
    while i + reach < text.count {
      if isSame(needle, text, i) { return i }
      i += 1
    }
    return nil
  }

  private static func isSame(
    _ needle: UnsafeBufferPointer<UInt8>, _ text: UnsafeBufferPointer<UInt8>, _ start: Int
  ) -> Bool {
    var j = 0
    while j < needle.count, text[start + j] == needle[j] { j += 1 }
    return j == needle.count
  }

  private static func everywhere(_ byte: UInt8) -> UInt64 { UInt64(byte) &* 0x0101_0101_0101_0101 }

  private static func hasZero(_ bytes: UInt64) -> Bool {
    (bytes &- 0x0101_0101_0101_0101) & ~bytes & 0x8080_8080_8080_8080 != 0
  }

  private static func scattered(
    _ needle: UnsafeBufferPointer<UInt8>, in text: UnsafeBufferPointer<UInt8>,
    collect: UnsafeMutablePointer<[Range<Int>]>?
  ) -> Bool {
    guard needle.count > 1, let first = needle.first else { return false }
    let everywhere = everywhere(first)
    let bytes = UnsafeRawBufferPointer(text)
    var start = 0
    while start < text.count {
      if start + 8 <= text.count,
        !hasZero(bytes.loadUnaligned(fromByteOffset: start, as: UInt64.self) ^ everywhere)
      {
        start += 8
        continue
      }
      if text[start] == first, start == 0 || isBoundary(text[start - 1]),
        continues(needle, in: text, from: start, collect)
      {
        return true
      }
      start += 1
    }
    return false
  }

  /// Whether the needle's letters stand in order in what is left of the word that `start` is in.
  private static func continues(
    _ needle: UnsafeBufferPointer<UInt8>, in text: UnsafeBufferPointer<UInt8>, from start: Int,
    _ collect: UnsafeMutablePointer<[Range<Int>]>?
  ) -> Bool {
    collect?.pointee = [start..<start + 1]
    var (i, j) = (start + 1, 1)
    while i < text.count, j < needle.count, text[i] != 0x20, text[i] != UInt8(ascii: "/") {
      if text[i] == needle[j] {
        collect?.pointee.append(i..<i + 1)
        j += 1
      }
      i += 1
    }
    return j == needle.count
  }

  private static func isBoundary(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x20, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "/"), UInt8(ascii: "_"),
      UInt8(ascii: ":"):
      true
    default: false
    }
  }
}
