extension Duration {
  /// "90s", "15m", "24h", "7d": a whole number from 1 to 1,000,000 and its unit; nil for anything
  /// else.
  public init?(span text: some StringProtocol) {
    let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
    let digits = text.dropLast()
    guard let unit = text.last.flatMap({ units[$0] }), let number = Int64(digits),
      digits.allSatisfy(\.isNumber), (1...1_000_000).contains(number)
    else { return nil }
    self = .seconds(number * unit)
  }
}
