/// A uid in sixteen bytes where it is a UUID as Kubernetes writes it (RFC 9562, lower case), as text
/// otherwise: a String keeps thirty-six characters on the heap, and there are three for each of
/// 100,000 bindings.
enum CompactID: Hashable, Sendable {
  case uuid(high: UInt64, low: UInt64)
  case text(String)

  init(_ text: String) {
    self = CompactID.parse(text).map { .uuid(high: $0.high, low: $0.low) } ?? .text(text)
  }

  var isUUID: Bool {
    if case .uuid = self { return true }
    return false
  }

  var text: String {
    switch self {
    case .text(let text): text
    case .uuid(let high, let low): CompactID.write(high, low)
    }
  }

  private static let length = 36

  private static func isDash(_ index: Int) -> Bool {
    index == 8 || index == 13 || index == 18 || index == 23
  }

  /// Nil unless `write` gives back the same text.
  private static func parse(_ text: String) -> (high: UInt64, low: UInt64)? {
    let bytes = text.utf8
    guard bytes.count == length else { return nil }
    var (high, low): (UInt64, UInt64) = (0, 0)
    for (index, byte) in bytes.enumerated() {
      if isDash(index) {
        guard byte == UInt8(ascii: "-") else { return nil }
        continue
      }
      let digit: UInt8
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
      default: return nil
      }
      high = high << 4 | low >> 60
      low = low << 4 | UInt64(digit)
    }
    return (high, low)
  }

  private static func write(_ high: UInt64, _ low: UInt64) -> String {
    String(unsafeUninitializedCapacity: length) { buffer in
      var shift = 124
      for index in 0..<length {
        guard !isDash(index) else {
          buffer[index] = UInt8(ascii: "-")
          continue
        }
        let digit = UInt8((shift >= 64 ? high >> (shift - 64) : low >> shift) & 15)
        buffer[index] = digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
        shift -= 4
      }
      return length
    }
  }
}

extension CompactID: Codable {
  init(from decoder: any Decoder) throws {
    self.init(try decoder.singleValueContainer().decode(String.self))
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(text)
  }
}
