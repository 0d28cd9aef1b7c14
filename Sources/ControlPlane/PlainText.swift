/// Makes foreign text fit for one line of an error message.
enum PlainText {
  /// The whole text on one line: control characters and runs of white space become one space.
  /// Cut after `limit` characters.
  static func line(_ text: some StringProtocol, limit: Int = 2000) -> String {
    var out = ""
    var count = 0
    var hasGap = false
    for character in text {
      guard !isBlank(character) else {
        hasGap = true
        continue
      }
      if count >= limit { return out + "…" }
      if hasGap, !out.isEmpty { out += " " }
      hasGap = false
      out.append(character)
      count += 1
    }
    return out
  }

  /// The first words of a text, markup left out, in quotes-free plain form.
  static func words(_ text: some StringProtocol) -> String { line(text, limit: 160) }

  /// The first words of a body of unknown making.
  static func words(decoding body: [UInt8]) -> String {
    words(withoutMarkup(String(decoding: body.prefix(4096), as: UTF8.self)))
  }

  private static func isBlank(_ character: Character) -> Bool {
    guard !character.isWhitespace else { return true }
    // A control character may hide behind a combining mark; bidirectional overrides would turn
    // the rest of the line round.
    return character.unicodeScalars.contains {
      $0.properties.generalCategory == .control || (0x202A...0x202E).contains($0.value)
        || (0x2066...0x2069).contains($0.value)
    }
  }

  private static func withoutMarkup(_ text: String) -> String {
    guard text.first(where: { !$0.isWhitespace }) == "<" else { return text }
    var out = ""
    var isInTag = false
    for character in text {
      switch character {
      case "<": isInTag = true
      case ">" where isInTag:
        isInTag = false
        out += " "
      default: if !isInTag { out.append(character) }
      }
    }
    return out
  }
}
