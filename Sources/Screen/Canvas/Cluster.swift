import Dashboard

/// What fills one cell, or two: a spacing character with its marks, or an emoji sequence.
struct Cluster: Hashable {
  var text: Character
  /// 1 or 2.
  var columns: Int

  /// Takes a text apart into clusters that are safe to print, until `body` returns false.
  ///
  /// Control characters come in caret notation (`^[`), everything else that is invisible or would
  /// change what stands around it (bidirectional overrides, zero-width and private characters,
  /// marks with nothing to stand on) as `<U+202E>`. Without Unicode on the terminal, glyphs
  /// become their ASCII likeness and other characters question marks.
  static func each(in text: String, glyphs: Glyphs, _ body: (Cluster) -> Bool) {
    for character in text {
      if let ascii = character.asciiValue, ascii >= 0x20, ascii < 0x7F {
        if !body(Cluster(text: character, columns: 1)) { return }
      } else if !each(in: character, glyphs: glyphs, body) {
        return
      }
    }
  }

  private static func each(
    in character: Character, glyphs: Glyphs, _ body: (Cluster) -> Bool
  ) -> Bool {
    let scalars = character.unicodeScalars
    if let only = scalars.first, scalars.index(after: scalars.startIndex) == scalars.endIndex,
      isPrintable(only)
    {
      return show(character, columns: TextWidth.columns(of: only), glyphs: glyphs, body)
    }
    if TextWidth.isEmojiSequence(character.unicodeScalars) {
      return show(character, columns: 2, glyphs: glyphs, body)
    }
    var piece = String.UnicodeScalarView()
    for scalar in character.unicodeScalars {
      if isPrintable(scalar) {
        if !show(piece, glyphs: glyphs, body) { return false }
        piece = String.UnicodeScalarView([scalar])
      } else if let base = piece.first, isMark(scalar, on: base) {
        piece.append(scalar)
      } else {
        if !show(piece, glyphs: glyphs, body) { return false }
        piece = String.UnicodeScalarView()
        for character in escape(scalar) where !body(Cluster(text: character, columns: 1)) {
          return false
        }
      }
    }
    return show(piece, glyphs: glyphs, body)
  }

  private static func show(
    _ piece: String.UnicodeScalarView, glyphs: Glyphs, _ body: (Cluster) -> Bool
  ) -> Bool {
    guard let base = piece.first, let character = String(piece).first else { return true }
    return show(character, columns: TextWidth.columns(of: base), glyphs: glyphs, body)
  }

  private static func show(
    _ character: Character, columns: Int, glyphs: Glyphs, _ body: (Cluster) -> Bool
  ) -> Bool {
    if glyphs.isASCII, !character.isASCII {
      let likeness = Glyphs.likeness(of: character) ?? "?"
      for _ in 0..<columns where !body(Cluster(text: likeness, columns: 1)) { return false }
      return true
    }
    return body(Cluster(text: character, columns: columns))
  }

  /// Takes a column or two, and nothing more, wherever it stands.
  private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isASCII { return scalar.value >= 0x20 && scalar.value < 0x7F }
    // Frames and bars, by far the most frequent.
    if (0x2500...0x25FC).contains(scalar.value) { return true }
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator,
      .paragraphSeparator:
      return false
    default:
      return TextWidth.columns(of: scalar) > 0 && !scalar.properties.isDefaultIgnorableCodePoint
    }
  }

  /// Joins the character before it and can be seen there. Invisible ones are legitimate in some
  /// scripts and in flags, but a plain Latin name has no use for them except to deceive.
  private static func isMark(_ scalar: Unicode.Scalar, on base: Unicode.Scalar) -> Bool {
    guard scalar.properties.isDefaultIgnorableCodePoint else {
      switch scalar.properties.generalCategory {
      case .nonspacingMark, .enclosingMark: return true
      default: return TextWidth.columns(of: scalar) == 0 && scalar.properties.isAlphabetic
      }
    }
    if (0xE0020...0xE007F).contains(scalar.value) { return base.value == 0x1F3F4 }
    return !base.isASCII && scalar.value != 0xAD
  }

  private static func escape(_ scalar: Unicode.Scalar) -> String {
    let value = scalar.value
    if value < 0x20 || value == 0x7F { return "^" + String(Unicode.Scalar(UInt8(value) ^ 0x40)) }
    let hex = String(value, radix: 16, uppercase: true)
    return "<U+" + String(repeating: "0", count: max(0, 4 - hex.count)) + hex + ">"
  }
}
