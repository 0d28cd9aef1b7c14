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
    let digits = Self.hex(high, 16) + Self.hex(low, 16)
    var out = ""
    for (index, digit) in digits.enumerated() {
      if [8, 12, 16, 20].contains(index) { out += "-" }
      out.append(digit)
    }
    return out
  }

  /// The letters Kubernetes draws name suffixes from: no vowels, so no words.
  public mutating func nameSuffix(_ length: Int = 5) -> String {
    let letters = Array("bcdfghjklmnpqrstvwxz2456789")
    return String((0..<length).map { _ in letters[Int(next() % UInt64(letters.count))] })
  }

  private static func hex(_ number: UInt64, _ width: Int) -> String {
    let text = String(number, radix: 16)
    return String(repeating: "0", count: max(0, width - text.count)) + text
  }
}
