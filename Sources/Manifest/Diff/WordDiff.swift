/// The words that changed between two versions of one line.
public struct WordDiff: Hashable, Sendable {
  /// A piece of a line; pieces in order make the line.
  public struct Piece: Hashable, Sendable {
    public var text: Substring
    public var isChanged: Bool

    public init(_ text: Substring, isChanged: Bool) {
      self.text = text
      self.isChanged = isChanged
    }
  }
  public let old: [Piece]
  public let new: [Piece]

  /// Lines with little in common are changed as a whole: highlights all over show nothing.
  public init(from old: Substring, to new: Substring) {
    let (a, b) = (WordDiff.words(old), WordDiff.words(new))
    let matches = SequenceDiff.matches(a, b)
    let common = matches.reduce(0) { $0 + WordDiff.weight(a[$1.old]) }
    let all = max(
      a.reduce(0) { $0 + WordDiff.weight($1) }, b.reduce(0) { $0 + WordDiff.weight($1) })
    guard all == 0 || common * 4 >= all else {
      self.old = old.isEmpty ? [] : [Piece(old, isChanged: true)]
      self.new = new.isEmpty ? [] : [Piece(new, isChanged: true)]
      return
    }
    self.old = WordDiff.pieces(old, a, Set(matches.map(\.old)))
    self.new = WordDiff.pieces(new, b, Set(matches.map(\.new)))
  }

  /// Blanks do not make two lines alike.
  private static func weight(_ word: Substring) -> Int {
    word.utf8.allSatisfy { $0 == 0x20 || $0 == 0x09 } ? 0 : word.utf8.count
  }

  /// Letters and digits together, blanks together, everything else by itself.
  private static func words(_ line: Substring) -> [Substring] {
    enum Kind { case word, blank, other }
    func kind(_ character: Character) -> Kind {
      character.isLetter || character.isNumber || character == "_"
        ? .word : character.isWhitespace ? .blank : .other
    }
    var words: [Substring] = []
    var start = line.startIndex
    var previous: Kind?
    for index in line.indices {
      let next = kind(line[index])
      if let previous, previous != next || next == .other {
        words.append(line[start..<index])
        start = index
      }
      previous = next
    }
    if start < line.endIndex { words.append(line[start...]) }
    return words
  }

  private static func pieces(
    _ line: Substring, _ words: [Substring], _ kept: Set<Int>
  ) -> [Piece] {
    var pieces: [Piece] = []
    for (i, word) in words.enumerated() {
      let isChanged = !kept.contains(i)
      if let last = pieces.last, last.isChanged == isChanged {
        pieces[pieces.count - 1].text = line[last.text.startIndex..<word.endIndex]
      } else {
        pieces.append(Piece(word, isChanged: isChanged))
      }
    }
    return pieces
  }
}
