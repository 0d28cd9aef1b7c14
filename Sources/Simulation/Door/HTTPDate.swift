import Manifest

/// The Date header (RFC 9110 5.6.7): "Sun, 22 Nov 2026 11:47:13 GMT".
enum HTTPDate {
  private static let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  static func text(_ time: Time) -> String {
    let text = time.rfc3339
    let parts = text.split { "-T:Z".contains($0) }
    guard parts.count == 6, let month = Int(parts[1]), months.indices.contains(month - 1) else {
      return "Thu, 01 Jan 1970 00:00:00 GMT"
    }
    // 1970-01-01 was a Thursday.
    let day = Int((time.seconds / 86_400).rounded(.down))
    let weekday = days[((day % 7) + 7) % 7]
    return "\(weekday), \(parts[2]) \(months[month - 1]) \(parts[0]) "
      + "\(parts[3]):\(parts[4]):\(parts[5]) GMT"
  }
}
