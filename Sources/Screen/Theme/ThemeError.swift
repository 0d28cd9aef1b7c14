/// A theme that cannot be used, and where it is wrong.
public struct ThemeError: Error, Hashable, Sendable, CustomStringConvertible {
  public var file: String
  /// Counted from 1; nil when it is about the whole file.
  public var line: Int?
  public var message: String

  public var description: String {
    guard let line else { return "\(file): \(message)" }
    return "\(file):\(line): \(message)"
  }
}

/// Finds what somebody probably meant.
enum Suggestion {
  /// `; did you mean "…"?` with the nearest name, or nothing when none is near.
  static func text(for word: String, among names: some Sequence<String>) -> String {
    let limit = max(1, word.count / 3)
    let nearest = names.map { (name: $0, distance: distance(word, $0)) }
      .min { ($0.distance, $0.name) < ($1.distance, $1.name) }
    guard let nearest, nearest.distance <= limit else { return "" }
    return "; did you mean \"\(nearest.name)\"?"
  }

  /// Insertions, deletions and replacements between two words.
  static func distance(_ one: String, _ two: String) -> Int {
    let two = Array(two.prefix(64))
    var row = Array(0...two.count)
    for (index, character) in one.prefix(64).enumerated() {
      var diagonal = row[0]
      row[0] = index + 1
      for column in two.indices {
        let replaced = diagonal + (two[column] == character ? 0 : 1)
        diagonal = row[column + 1]
        row[column + 1] = min(replaced, row[column] + 1, diagonal + 1)
      }
    }
    return row[two.count]
  }
}
