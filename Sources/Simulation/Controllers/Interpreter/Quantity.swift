/// An amount of a resource as Kubernetes writes it: "250m", "2", "1.5", "512Mi", "1e3".
struct Quantity: Hashable, Comparable, Sendable {
  /// In thousandths; what does not fit is the largest or smallest there is.
  var thousandths: Int64
  /// Written in powers of two (Ki, Mi, Gi) when it comes out even.
  var isBinary: Bool

  init(thousandths: Int64, isBinary: Bool = false) {
    self.thousandths = thousandths
    self.isBinary = isBinary
  }

  init(_ whole: Int, isBinary: Bool = false) {
    let (thousandths, overflow) = Int64(whole).multipliedReportingOverflow(by: 1_000)
    self.init(thousandths: overflow ? (whole < 0 ? .min : .max) : thousandths, isBinary: isBinary)
  }

  private static let suffixes: [(name: String, factor: Double, isBinary: Bool)] = [
    ("Ki", 1_024, true), ("Mi", 1_048_576, true), ("Gi", 1_073_741_824, true),
    ("Ti", 1_099_511_627_776, true), ("Pi", 1_125_899_906_842_624, true),
    ("m", 0.001, false), ("k", 1e3, false), ("M", 1e6, false), ("G", 1e9, false),
    ("T", 1e12, false), ("P", 1e15, false), ("E", 1e18, false),
  ]

  /// nil when the text is not an amount.
  init?(_ text: String) {
    let suffix = Self.suffixes.first { text.hasSuffix($0.name) }
    let digits = text.dropLast(suffix?.name.count ?? 0)
    guard let number = Double(digits), number.isFinite else { return nil }
    let value = (number * (suffix?.factor ?? 1) * 1_000).rounded(.up)
    thousandths = Int64(exactly: value) ?? (value < 0 ? .min : .max)
    isBinary = suffix?.isBinary ?? false
  }

  static func < (a: Quantity, b: Quantity) -> Bool { a.thousandths < b.thousandths }

  static func + (a: Quantity, b: Quantity) -> Quantity {
    let (sum, overflow) = a.thousandths.addingReportingOverflow(b.thousandths)
    return Quantity(
      thousandths: overflow ? (a.thousandths < 0 ? .min : .max) : sum,
      isBinary: a.isBinary || b.isBinary)
  }

  static func - (a: Quantity, b: Quantity) -> Quantity {
    let (rest, overflow) = a.thousandths.subtractingReportingOverflow(b.thousandths)
    return Quantity(
      thousandths: overflow ? (a.thousandths < 0 ? .min : .max) : rest,
      isBinary: a.isBinary || b.isBinary)
  }

  static func * (a: Quantity, b: Int) -> Quantity {
    let (product, overflow) = a.thousandths.multipliedReportingOverflow(by: Int64(b))
    return Quantity(
      thousandths: overflow ? ((a.thousandths < 0) != (b < 0) ? .min : .max) : product,
      isBinary: a.isBinary)
  }

  /// How often `part` goes into it; nil when `part` is nothing.
  func dividedBy(_ part: Quantity) -> Int? {
    part.thousandths > 0 ? Int(thousandths / part.thousandths) : nil
  }

  /// The shortest way to write it.
  var text: String {
    guard thousandths % 1_000 == 0 else { return "\(thousandths)m" }
    let whole = thousandths / 1_000
    guard isBinary, whole != 0 else { return String(whole) }
    var rest = whole
    var unit = ""
    for next in ["Ki", "Mi", "Gi", "Ti", "Pi"] where rest % 1_024 == 0 {
      rest /= 1_024
      unit = next
    }
    return "\(rest)\(unit)"
  }
}
