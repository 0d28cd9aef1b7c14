import Dashboard

extension TextWidth {
  /// Columns of a text as the canvas prints it, escapes included.
  public static func columns(of text: String, glyphs: Glyphs = .unicode) -> Int {
    // Nearly every text is printable ASCII.
    if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return text.utf8.count }
    var sum = 0
    Cluster.each(in: text, glyphs: glyphs) { cluster in
      sum += cluster.columns
      return true
    }
    return sum
  }

  /// A text as the canvas prints it, for output that is not a screen, and its columns.
  public static func printable(_ text: String, glyphs: Glyphs) -> (text: String, columns: Int) {
    var (result, sum) = ("", 0)
    Cluster.each(in: text, glyphs: glyphs) { cluster in
      result.append(cluster.text)
      sum += cluster.columns
      return true
    }
    return (result, sum)
  }
}
