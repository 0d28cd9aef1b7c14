/// Ids that two programs which saw the same thing come to by themselves: FNV-1a, 64 bits, over the
/// parts, as 16 hexadecimal digits.
enum StableID {
  static func make(_ parts: String...) -> String {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    func mix(_ byte: UInt8) { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    for part in parts {
      for byte in part.utf8 { mix(byte) }
      // No text holds it: "a"+"bc" is not "ab"+"c".
      mix(0xFF)
    }
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
