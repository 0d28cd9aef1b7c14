import ControlPlane

/// Randomness that is the same for the same seed: uids, name suffixes, jitter.
public struct SeededRandom: RandomNumberGenerator, Sendable {
  private var generator: SplitMix64

  public init(seed: UInt64) { generator = SplitMix64(seed: seed) }

  public mutating func next() -> UInt64 { generator.next() }

  /// A version 4 UUID in lower case.
  public mutating func uuid() -> String {
    let high = (next() & 0xFFFF_FFFF_FFFF_0FFF) | 0x4000
    let low = (next() & 0x3FFF_FFFF_FFFF_FFFF) | 0x8000_0000_0000_0000
    return String(unsafeUninitializedCapacity: 36) { out in
      var index = 0
      for (number, shifts) in [(high, 15), (low, 15)] {
        for nibble in stride(from: shifts * 4, through: 0, by: -4) {
          if [8, 13, 18, 23].contains(index) {
            out[index] = UInt8(ascii: "-")
            index += 1
          }
          let digit = UInt8(truncatingIfNeeded: number >> UInt64(nibble)) & 0xF
          out[index] = digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
          index += 1
        }
      }
      return index
    }
  }

  /// The letters Kubernetes draws name suffixes from: no vowels, so no words.
  public mutating func nameSuffix(_ length: Int = 5) -> String {
    let letters = Array("bcdfghjklmnpqrstvwxz2456789")
    return String((0..<length).map { _ in letters[Int(next() % UInt64(letters.count))] })
  }
}
