/// A text with gaps, to be written many times quickly.
struct TextTemplate: Sendable {
  private var pieces: [[UInt8]] = []
  /// After each piece but the last: which value goes into the gap.
  private var slots: [Int] = []
  private var length = 0

  /// Makes gaps where the tokens stand. A token must not be part of another one.
  init(_ text: [UInt8], tokens: [String]) {
    let tokens = tokens.map { Array($0.utf8) }
    var piece: [UInt8] = []
    var index = 0
    while index < text.count {
      let found = tokens.firstIndex { token in
        !token.isEmpty && text[index] == token[0] && text[index...].starts(with: token)
      }
      if let found {
        pieces.append(piece)
        slots.append(found)
        piece = []
        index += tokens[found].count
      } else {
        piece.append(text[index])
        index += 1
      }
    }
    pieces.append(piece)
    length = text.count
  }

  /// The text with the gaps filled: one value for each token.
  func filled(_ values: [[UInt8]]) -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(length + 200)
    for (index, piece) in pieces.enumerated() {
      out.append(contentsOf: piece)
      if index < slots.count, slots[index] < values.count {
        out.append(contentsOf: values[slots[index]])
      }
    }
    return out
  }
}
