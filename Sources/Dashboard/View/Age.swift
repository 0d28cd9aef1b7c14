import Manifest

/// Spans of time as operators read them.
public enum Age {
  /// At most two units, as kubectl prints ages: "45s", "3m20s", "2h5m", "4d3h", "87d".
  /// A negative span (a clock ahead of ours) reads "0s".
  public static func short(_ duration: Duration) -> String {
    let seconds = max(0, duration.components.seconds)
    let (m, h, d) = (seconds / 60, seconds / 3600, seconds / 86400)
    if seconds < 120 { return "\(seconds)s" }
    if m < 10 { return seconds % 60 == 0 ? "\(m)m" : "\(m)m\(seconds % 60)s" }
    if h < 3 { return "\(m)m" }
    if h < 8 { return m % 60 == 0 ? "\(h)h" : "\(h)h\(m % 60)m" }
    if h < 48 { return "\(h)h" }
    if d < 8 { return h % 24 == 0 ? "\(d)d" : "\(d)d\(h % 24)h" }
    return d < 730 ? "\(d)d" : "\(d / 365)y"
  }

  /// Age of a moment; "?" when there is none.
  public static func since(_ time: Time?, now: Time) -> String {
    time.map { short(now - $0) } ?? "?"
  }

  /// "2m ago".
  public static func ago(_ time: Time?, now: Time) -> String {
    time.map { short(now - $0) + " ago" } ?? "unknown when"
  }
}
