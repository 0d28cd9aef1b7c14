extension Duration {
  /// For a C interface, where 0 means "none": at least 1, at most eleven days.
  var wholeMilliseconds: Int {
    let (seconds, attoseconds) = components
    guard seconds >= 0, attoseconds >= 0 else { return 1 }
    let capped = min(seconds, 1_000_000)
    return max(1, Int(capped) * 1000 + Int(attoseconds / 1_000_000_000_000_000))
  }

  /// "10 s", "2.5 s", "200 ms".
  var inWords: String {
    let milliseconds = wholeMilliseconds
    if milliseconds < 1000 { return "\(milliseconds) ms" }
    let rest = milliseconds % 1000
    return rest == 0 ? "\(milliseconds / 1000) s" : "\(milliseconds / 1000).\(rest / 100) s"
  }
}
