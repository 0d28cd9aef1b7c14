/// The Retry-After header: seconds, or a moment (RFC 9110 10.2.3).
enum RetryAfter {
  /// A day; nobody waits longer.
  private static let limit = 86_400

  /// `now` is an HTTP date as well, the answer's Date header. nil when the value is neither form,
  /// or is a moment and nobody knows what time it is.
  static func parse(_ value: String, now: String?) -> Duration? {
    let value = value.trimmingSpaces
    if let count = Int(value), count >= 0 { return seconds(count) }
    if !value.isEmpty, value.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
      return .seconds(limit)  // more digits than Int has
    }
    guard let then = httpDate(value), let now = now.flatMap({ httpDate($0) }) else { return nil }
    return seconds(then - now)
  }

  static func seconds(_ count: Int) -> Duration { .seconds(min(max(0, count), limit)) }

  /// Seconds since 1970 of "Sun, 06 Nov 1994 08:49:37 GMT", the one form servers may still send.
  static func httpDate(_ text: some StringProtocol) -> Int? {
    let parts = text.split(separator: " ")
    guard parts.count == 6, parts[5] == "GMT", let day = Int(parts[1]), (1...31).contains(day),
      let month = months.firstIndex(of: String(parts[2])), let year = Int(parts[3]),
      (1970...9999).contains(year)
    else { return nil }
    let clock = parts[4].split(separator: ":", omittingEmptySubsequences: false).map { Int($0) }
    guard clock.count == 3, let hour = clock[0], let minute = clock[1], let second = clock[2],
      (0...23).contains(hour), (0...59).contains(minute), (0...60).contains(second)
    else { return nil }
    return days(year, month + 1, day) * 86_400 + hour * 3600 + minute * 60 + second
  }

  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  /// Days from 1970-01-01 in the Gregorian calendar, counting years from March so that the leap
  /// day comes last.
  private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
    let year = month <= 2 ? year - 1 : year
    let era = year / 400
    let yearOfEra = year - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }
}

extension String {
  fileprivate var trimmingSpaces: Substring {
    let isSpace: (Character) -> Bool = { $0 == " " || $0 == "\t" }
    guard let first = firstIndex(where: { !isSpace($0) }),
      let last = lastIndex(where: { !isSpace($0) })
    else { return "" }
    return self[first...last]
  }
}
