import Foundation

/// Samples of one quantity.
struct Samples: Sendable {
  private(set) var sorted: [Double]
  init(_ values: [Double]) { sorted = values.sorted() }

  var median: Double { percentile(50) }
  var max: Double { sorted.last ?? 0 }
  var min: Double { sorted.first ?? 0 }

  /// Nearest rank.
  func percentile(_ share: Double) -> Double {
    guard !sorted.isEmpty else { return 0 }
    let rank = Int((share / 100 * Double(sorted.count)).rounded(.up)) - 1
    return sorted[Swift.min(sorted.count - 1, Swift.max(0, rank))]
  }
}

/// What is printed.
enum Figures {
  /// At once, since sections run in processes that share the output.
  static func line(_ text: String) {
    print(text)
    fflush(nil)
  }

  /// A figure without a budget.
  static func show(_ label: String, _ text: String) {
    line("  \("".padded(5))\(label.padded(44))\(text)")
  }

  /// A figure that has one. `value` and `limit` are in the same unit.
  static func check(
    _ label: String, _ value: Double, atMost limit: Double, unit: String = "", digits: Int = 2
  ) {
    verdict(label, value <= limit, value, "≤", limit, unit, digits)
  }

  static func check(
    _ label: String, _ value: Double, atLeast limit: Double, unit: String = "", digits: Int = 2
  ) {
    verdict(label, value >= limit, value, "≥", limit, unit, digits)
  }

  private static func verdict(
    _ label: String, _ holds: Bool, _ value: Double, _ sign: String, _ limit: Double,
    _ unit: String, _ digits: Int
  ) {
    let unit = unit.isEmpty ? "" : " \(unit)"
    let figure = "\(value.text(digits))\(unit)".padded(14)
    line(
      "  \((holds ? "ok" : "OVER").padded(5))\(label.padded(44))\(figure)"
        + "(budget \(sign) \(limit.text(limit < 10 ? digits : 0))\(unit))")
  }
}

extension Double {
  /// With so many digits after the point, and a comma between thousands.
  func text(_ digits: Int) -> String {
    guard isFinite, magnitude < 1e15 else { return "?" }
    let scale = [1.0, 10, 100, 1000][Swift.min(Swift.max(0, digits), 3)]
    let scaled = Int((magnitude * scale).rounded())
    var whole = String(scaled / Int(scale))
    var at = whole.count - 3
    while at > 0 {
      whole.insert(",", at: whole.index(whole.startIndex, offsetBy: at))
      at -= 3
    }
    let sign = self < 0 && scaled > 0 ? "-" : ""
    guard digits > 0 else { return sign + whole }
    let rest = String(scaled % Int(scale))
    return "\(sign)\(whole).\(String(repeating: "0", count: digits - rest.count))\(rest)"
  }
}

extension Int {
  /// With a comma between thousands.
  var text: String { Double(self).text(0) }
}

extension String {
  func padded(_ width: Int) -> String {
    self + String(repeating: " ", count: Swift.max(1, width - count))
  }
}

extension Duration {
  var milliseconds: Double { self / .milliseconds(1) }
}
