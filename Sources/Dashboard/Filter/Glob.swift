/// Whole-text comparison, letter case aside, with `*` for any run of characters.
struct Glob: Hashable, Sendable {
  private let pattern: [UInt8]
  private let hasStar: Bool

  init(_ pattern: String) {
    self.pattern = Array(pattern.lowercased().utf8)
    hasStar = self.pattern.contains(UInt8(ascii: "*"))
  }

  static func matches(_ pattern: String, _ text: String) -> Bool { Glob(pattern).matches(text) }

  func matches(_ text: String) -> Bool {
    // Letters beyond ASCII are rare, and making them lower case costs a copy.
    var text = text.utf8.allSatisfy { $0 < 0x80 } ? text : text.lowercased()
    return text.withUTF8 { matches($0) }
  }

  private func matches(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    if !hasStar, pattern.count != text.count { return false }
    var (i, j, star, mark) = (0, 0, -1, 0)
    while j < text.count {
      if i < pattern.count, pattern[i] == UInt8(ascii: "*") {
        star = i
        mark = j
        i += 1
      } else if i < pattern.count, pattern[i] == Self.lower(text[j]) {
        i += 1
        j += 1
      } else if star >= 0 {
        i = star + 1
        mark += 1
        j = mark
      } else {
        return false
      }
    }
    while i < pattern.count, pattern[i] == UInt8(ascii: "*") { i += 1 }
    return i == pattern.count
  }

  private static func lower(_ byte: UInt8) -> UInt8 {
    byte &- 0x41 < 26 ? byte | 0x20 : byte
  }
}
