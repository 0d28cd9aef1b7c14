/// Fowler–Noll–Vo 1a with 64 bits: quick, the same in every process, which Hasher is not, and nobody to
/// defend against.
public enum FNV {
  public static func hash(_ bytes: some Sequence<UInt8>) -> UInt64 {
    bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
  }

  /// 16 hexadecimal digits.
  public static func hex(_ bytes: some Sequence<UInt8>) -> String {
    let text = String(hash(bytes), radix: 16)
    return String(repeating: "0", count: 16 - text.count) + text
  }
}
