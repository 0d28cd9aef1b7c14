/// A moment as Kubernetes writes it (metav1.Time and MicroTime: RFC 3339, UTC).
public struct Time: Hashable, Comparable, Sendable {
  /// Nanoseconds since 1970-01-01T00:00:00Z; good from the year 1677 to 2262.
  public var nanoseconds: Int64

  public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  /// Out of range becomes the nearest moment there is; NaN becomes 1970.
  public init(seconds: Double) {
    let wanted = (seconds * 1e9).rounded(.towardZero)
    nanoseconds =
      Int64(exactly: wanted) ?? (wanted.isNaN ? 0 : wanted < 0 ? .min : .max)
  }

  public var seconds: Double { Double(nanoseconds) / 1e9 }

  public static func < (a: Time, b: Time) -> Bool { a.nanoseconds < b.nanoseconds }

  public static func - (a: Time, b: Time) -> Duration {
    .nanoseconds(a.nanoseconds) - .nanoseconds(b.nanoseconds)
  }

  /// Out of range becomes the nearest moment there is.
  public static func + (a: Time, b: Duration) -> Time {
    let (seconds, attoseconds) = b.components
    let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    let (delta, overflow2) = whole.addingReportingOverflow(attoseconds / 1_000_000_000)
    let (sum, overflow3) = a.nanoseconds.addingReportingOverflow(delta)
    if overflow || overflow2 || overflow3 {
      return Time(nanoseconds: seconds < 0 || attoseconds < 0 ? .min : .max)
    }
    return Time(nanoseconds: sum)
  }

  /// Out of range becomes the nearest moment there is.
  public static func - (a: Time, b: Duration) -> Time { a + (.zero - b) }
}

// MARK: RFC 3339

extension Time {
  /// Reads "2026-11-22T11:44:16Z", with any fraction (cut after nanoseconds) and any numeric
  /// offset. Nil when it is not such a text, not a day of the calendar, or not between 1677
  /// and 2262.
  public init?(rfc3339 text: String) {
    var reader = DigitReader(bytes: Array(text.utf8))
    guard let year = reader.number(4), reader.take("-"),
      let month = reader.number(2), (1...12).contains(month), reader.take("-"),
      let day = reader.number(2), day >= 1, day <= Time.days(inMonth: month, of: year),
      reader.take("T") || reader.take("t"),
      let hour = reader.number(2), hour < 24, reader.take(":"),
      let minute = reader.number(2), minute < 60, reader.take(":"),
      let second = reader.number(2), second < 60,
      let fraction = reader.fraction(), let offset = reader.offset(), reader.isAtEnd
    else { return nil }
    let days = Time.days(year: year, month: month, day: day)
    let seconds = Int64(((days * 24 + hour) * 60 + minute) * 60 + second - offset)
    // Below 1970 the product alone may leave the range that the sum is in.
    let (whole, overflow) = (seconds + (seconds < 0 ? 1 : 0))
      .multipliedReportingOverflow(by: 1_000_000_000)
    let (sum, overflow2) = whole.addingReportingOverflow(
      Int64(fraction) - (seconds < 0 ? 1_000_000_000 : 0))
    guard !overflow, !overflow2 else { return nil }
    nanoseconds = sum
  }

  /// "2026-11-22T11:44:16Z"; a fraction is cut off, as metav1.Time does.
  public var rfc3339: String { dateAndTime + "Z" }

  /// "2026-11-22T11:44:16.123456Z", as metav1.MicroTime is written.
  public var rfc3339Micro: String {
    let fraction = Time.floorMod(nanoseconds, 1_000_000_000) / 1000
    return dateAndTime + "." + Time.padded(Int(fraction), 6) + "Z"
  }

  private var dateAndTime: String {
    let seconds = Time.floorDiv(nanoseconds, 1_000_000_000)
    let ofDay = Int(Time.floorMod(seconds, 86400))
    let (year, month, day) = Time.date(days: Int(Time.floorDiv(seconds, 86400)))
    let date = [Time.padded(year, 4), Time.padded(month, 2), Time.padded(day, 2)]
    let time = [ofDay / 3600, ofDay / 60 % 60, ofDay % 60].map { Time.padded($0, 2) }
    return date.joined(separator: "-") + "T" + time.joined(separator: ":")
  }

  private static func padded(_ number: Int, _ width: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, width - text.count)) + text
  }

  private static func floorDiv(_ a: Int64, _ b: Int64) -> Int64 {
    a / b - (a % b < 0 ? 1 : 0)
  }
  private static func floorMod(_ a: Int64, _ b: Int64) -> Int64 {
    a % b < 0 ? a % b + b : a % b
  }

  // MARK: Calendar (proleptic Gregorian)

  private static func isLeap(_ year: Int) -> Bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
  }

  private static func days(inMonth month: Int, of year: Int) -> Int {
    switch month {
    case 2: isLeap(year) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  /// Days of a year before the first of a month, when the year starts in March.
  private static func daysBefore(marchMonth month: Int) -> Int { (153 * month + 2) / 5 }

  /// Days from 1970-01-01 to a date of the years 0...9999. A year that starts in March has its
  /// leap day at its end, and eras of 400 years are all 146,097 days long.
  private static func days(year: Int, month: Int, day: Int) -> Int {
    let marchYear = (month > 2 ? year : year - 1) + 400
    let ofYear = daysBefore(marchMonth: (month + 9) % 12) + day - 1
    let era = marchYear / 400
    let ofEra = marchYear % 400
    return (era - 1) * 146_097 + ofEra * 365 + ofEra / 4 - ofEra / 100 + ofYear - 719_468
  }

  /// The inverse of `days(year:month:day:)`.
  private static func date(days: Int) -> (year: Int, month: Int, day: Int) {
    let shifted = days + 719_468
    let era = Int(floorDiv(Int64(shifted), 146_097))
    let ofEra = shifted - era * 146_097
    let year = (ofEra - ofEra / 1460 + ofEra / 36_524 - ofEra / 146_096) / 365
    let ofYear = ofEra - (365 * year + year / 4 - year / 100)
    let marchMonth = (5 * ofYear + 2) / 153
    let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
    let day = ofYear - daysBefore(marchMonth: marchMonth) + 1
    return (year + era * 400 + (month <= 2 ? 1 : 0), month, day)
  }
}

/// Fixed-width decimal fields, one after the other.
private struct DigitReader {
  let bytes: [UInt8]
  var i = 0

  var isAtEnd: Bool { i == bytes.count }

  mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard i < bytes.count, UInt32(bytes[i]) == character.value else { return false }
    i += 1
    return true
  }

  private mutating func digit() -> Int? {
    guard i < bytes.count, bytes[i] &- 0x30 < 10 else { return nil }
    i += 1
    return Int(bytes[i - 1] - 0x30)
  }

  mutating func number(_ width: Int) -> Int? {
    var value = 0
    for _ in 0..<width {
      guard let digit = digit() else { return nil }
      value = value * 10 + digit
    }
    return value
  }

  /// Nanoseconds; 0 when there is no fraction, nil when there is a point without digits.
  mutating func fraction() -> Int? {
    guard take(".") else { return 0 }
    var value = 0
    var count = 0
    while let digit = digit() {
      if count < 9 { value = value * 10 + digit }
      count += 1
    }
    guard count > 0 else { return nil }
    for _ in min(count, 9)..<9 { value *= 10 }
    return value
  }

  /// Seconds east of UTC.
  mutating func offset() -> Int? {
    if take("Z") || take("z") { return 0 }
    let sign = take("+") ? 1 : take("-") ? -1 : 0
    guard sign != 0, let hours = number(2), hours < 24, take(":"), let minutes = number(2),
      minutes < 60
    else { return nil }
    return sign * (hours * 60 + minutes) * 60
  }
}
