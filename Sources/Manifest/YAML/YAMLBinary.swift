extension YAML {
  /// The text that base64 encodes; bytes that are no UTF-8 become U+FFFD, as in Go's JSON.
  static func decoded(base64 text: String) throws(Unrepresentable) -> String {
    let bytes = text.utf8.filter { $0 != 0x0A && $0 != 0x0D }
    let padding = bytes.reversed().prefix { $0 == 0x3D }.count
    var out: [UInt8] = []
    var (bits, count): (UInt32, Int) = (0, 0)
    for byte in bytes.dropLast(padding) {
      guard let value = value(ofBase64: byte) else {
        throw Unrepresentable(what: "!!binary is not base64")
      }
      bits = bits << 6 | value
      count += 6
      if count >= 8 {
        count -= 8
        out.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
      }
    }
    guard bytes.count % 4 == 0, padding <= 2 else {
      throw Unrepresentable(what: "!!binary is not base64")
    }
    return String(decoding: out, as: UTF8.self)
  }

  private static func value(ofBase64 byte: UInt8) -> UInt32? {
    switch byte {
    case 0x41...0x5A: UInt32(byte) - 0x41
    case 0x61...0x7A: UInt32(byte) - 0x61 + 26
    case 0x30...0x39: UInt32(byte) - 0x30 + 52
    case 0x2B: 62
    case 0x2F: 63
    default: nil
    }
  }
}
