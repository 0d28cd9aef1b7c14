/// Doubles as Go's strconv and encoding/json write them: the shortest digits that read back.
public enum GoNumber {
  /// As encoding/json: an exponent below 1e-6 and from 1e21 up, no ".0" after whole numbers.
  /// `null` for what is not finite.
  public static func json(_ number: Double) -> String {
    guard var text = JSONValue.text(of: number) else { return "null" }
    if text.hasSuffix(".0") { text.removeLast(2) }
    return text
  }

  /// As strconv.FormatFloat with 'g', and so as %v prints: an exponent, of two digits or more,
  /// below 1e-4 and from 1e6 up.
  public static func general(_ number: Double) -> String {
    if number.isNaN { return "NaN" }
    if number.isInfinite { return number < 0 ? "-Inf" : "+Inf" }
    if number == 0 { return number.sign == .minus ? "-0" : "0" }
    let sign = number.sign == .minus ? "-" : ""
    let (digits, point) = shortest(number.magnitude)
    let exponent = point - 1
    let text = String(decoding: digits, as: UTF8.self)
    if exponent < -4 || exponent >= 6 {
      let fraction = digits.count > 1 ? "." + text.dropFirst() : ""
      let magnitude = String(exponent.magnitude)
      let padded = magnitude.count < 2 ? "0" + magnitude : magnitude
      return "\(sign)\(text.prefix(1))\(fraction)e\(exponent < 0 ? "-" : "+")\(padded)"
    }
    if point <= 0 { return "\(sign)0.\(String(repeating: "0", count: -point))\(text)" }
    if digits.count <= point {
      return "\(sign)\(text)\(String(repeating: "0", count: point - digits.count))"
    }
    return "\(sign)\(text.prefix(point)).\(text.dropFirst(point))"
  }

  /// The digits of a positive number and where the point stands: 0.DIGITS × 10^point.
  static func shortest(_ number: Double) -> (digits: [UInt8], point: Int) {
    var digits: [UInt8] = []
    var point = 0
    let parts = number.description.split(separator: "e")
    var seenPoint = false
    for byte in parts[0].utf8 {
      if byte == 0x2E {
        seenPoint = true
      } else {
        digits.append(byte)
        if !seenPoint { point += 1 }
      }
    }
    if parts.count > 1 { point += Int(parts[1]) ?? 0 }
    let leading = digits.prefix { $0 == 0x30 }.count
    digits.removeFirst(leading)
    point -= leading
    while digits.last == 0x30 { digits.removeLast() }
    return (digits, point)
  }
}
