/// What a list lets through, as the operator typed it.
///
/// Words are separated by spaces and all must hold. A plain word is fuzzy over what the row
/// shows; `field:value` compares exactly, letter case aside, with `*` standing for anything; a
/// leading `!` negates either. A word may be quoted to hold spaces.
public struct Filter: Hashable, Sendable {
  struct Word: Hashable, Sendable {
    enum Test: Hashable, Sendable {
      case plain([UInt8])
      case field(FilterField, Glob)
    }
    var test: Test
    var isNegated: Bool
  }

  public private(set) var text = ""
  private(set) var words: [Word] = []
  /// What could not be understood and was taken as plain text; shown beside the prompt.
  public private(set) var complaint: String?

  public init() {}

  /// Never fails: a word with an unknown field is searched as text and `complaint` says so.
  public init(_ text: String, fields: [FilterField]) {
    self.text = text
    for raw in Self.split(text) {
      var word = raw[...]
      let isNegated = word.hasPrefix("!")
      if isNegated { word = word.dropFirst() }
      if word.isEmpty { continue }
      if let colon = word.firstIndex(of: ":") {
        let (name, value) = (word[..<colon].lowercased(), word[word.index(after: colon)...])
        if let field = FilterField(rawValue: name), fields.contains(field) {
          // "ns:" while still typing the value must not empty the list.
          if !value.isEmpty {
            words.append(Word(test: .field(field, Glob(String(value))), isNegated: isNegated))
          }
          continue
        }
        if !name.isEmpty, name.allSatisfy(\.isLetter) {
          let known = fields.map(\.rawValue).joined(separator: " ")
          complaint = "no field “\(name)” here; fields: \(known)"
        }
      }
      words.append(Word(test: .plain(Array(word.lowercased().utf8)), isNegated: isNegated))
    }
  }

  public var isEmpty: Bool { words.isEmpty }

  /// Whether everything this lets through, `other` lets through too, so that it is enough to look
  /// at what `other` left: each of its words is still here or has only grown.
  func narrows(_ other: Filter) -> Bool {
    guard other.words.count <= words.count else { return false }
    return zip(words, other.words).allSatisfy { mine, theirs in
      if mine == theirs { return true }
      guard !mine.isNegated, !theirs.isNegated, case .plain(let a) = mine.test,
        case .plain(let b) = theirs.test
      else { return false }
      return a.starts(with: b)
    }
  }

  /// - Parameter text: the row's texts, lower-cased, one space after each.
  func matches(_ text: UnsafeBufferPointer<UInt8>, values: (FilterField) -> [String]?) -> Bool {
    words.allSatisfy { word in
      let holds =
        switch word.test {
        case .plain(let needle): Fuzzy.matches(needle, in: text)
        case .field(let field, let glob): values(field)?.contains { glob.matches($0) } ?? false
        }
      return holds != word.isNegated
    }
  }

  /// The same for many rows: takes away `true` from those that do not pass. Word by word, so that
  /// going from row to row costs next to nothing.
  func sift(
    _ verdicts: inout ContiguousArray<Bool>, texts: (Int) -> UnsafeBufferPointer<UInt8>,
    values: (Int, FilterField) -> [String]?
  ) {
    for word in words {
      switch word.test {
      case .plain(let needle):
        needle.withUnsafeBufferPointer { needle in
          for at in verdicts.indices where verdicts[at] {
            verdicts[at] = Fuzzy.matches(needle, in: texts(at)) != word.isNegated
          }
        }
      case .field(let field, let glob):
        for at in verdicts.indices where verdicts[at] {
          let holds = values(at, field)?.contains { glob.matches($0) } ?? false
          verdicts[at] = holds != word.isNegated
        }
      }
    }
  }

  /// Where the plain words match in one shown text, as ranges of its characters. Text that is not
  /// ASCII is matched but not marked: its bytes and characters differ.
  public func highlights(in text: String) -> [Range<Int>] {
    guard text.utf8.allSatisfy({ $0 < 0x80 }) else { return [] }
    let lower = Array(text.lowercased().utf8)
    return words.flatMap { word -> [Range<Int>] in
      guard !word.isNegated, case .plain(let needle) = word.test else { return [] }
      return lower.withUnsafeBufferPointer { Fuzzy.ranges(of: needle, in: $0) }
    }
  }

  private static func split(_ text: String) -> [String] {
    var words: [String] = []
    var current = ""
    var quoted = false
    for character in text {
      switch character {
      case "\"": quoted.toggle()
      case " " where !quoted:
        if !current.isEmpty { words.append(current) }
        current = ""
      default: current.append(character)
      }
    }
    if !current.isEmpty { words.append(current) }
    return words
  }
}
