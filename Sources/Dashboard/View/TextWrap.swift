/// Breaking long text into lines.
public enum TextWrap {
  /// At spaces where possible, inside a word where it is longer than a line. At least one line.
  public static func wrap(_ text: String, width: Int) -> [String] {
    wrap([Span(text)], width: width).map { $0.map(\.text).joined() }
  }

  /// The same for a line of several meanings. What continues hangs under what it continues: under
  /// the value of a labelled line, under the first word of an indented one.
  ///
  /// - Parameter columns: how wide a character is on the screen.
  public static func wrap(
    _ line: Line, width: Int, columns: (Character) -> Int = { _ in 1 }
  ) -> [Line] {
    let width = max(1, width)
    var indent = Self.indent(of: line, columns)
    if indent + 12 > width { indent = 0 }
    var rows = Rows(width: width, indent: indent)
    for word in words(of: line, columns) { rows.append(word) }
    return rows.finish()
  }

  private static func indent(of line: Line, _ columns: (Character) -> Int) -> Int {
    let lead: Substring
    if let label = line.first, label.role == .label, line.count > 1 {
      lead = label.text[...]
    } else {
      lead = line.first?.text.prefix { $0 == " " } ?? ""
    }
    return lead.reduce(0) { $0 + columns($1) }
  }

  /// Spaces, or a run without any; a run of several roles is one word.
  private struct Word {
    var spans: Line
    var columns: Int
    var isSpace: Bool
  }

  private static func words(of line: Line, _ columns: (Character) -> Int) -> [Word] {
    var words: [Word] = []
    for span in line {
      for character in span.text {
        let isSpace = character == " "
        if words.last?.isSpace != isSpace {
          words.append(Word(spans: [], columns: 0, isSpace: isSpace))
        }
        let last = words.count - 1
        words[last].columns += columns(character)
        if words[last].spans.last?.role == span.role {
          words[last].spans[words[last].spans.count - 1].text.append(character)
        } else {
          words[last].spans.append(Span(String(character), span.role))
        }
      }
    }
    return words
  }

  private struct Rows {
    let width: Int
    let indent: Int
    private var rows: [Line] = []
    private var row: Line = []
    private var used = 0

    init(width: Int, indent: Int) {
      self.width = width
      self.indent = indent
    }

    mutating func append(_ word: Word) {
      if used + word.columns <= width {
        add(word.spans, word.columns)
      } else if word.isSpace {
        end()
      } else if word.columns <= width - indent {
        end()
        add(word.spans, word.columns)
      } else {
        breakUp(word)
      }
    }

    /// A word longer than a row goes on in the next, if it can after one of the marks at which a
    /// reader would break it; where there is none it fills the row.
    private mutating func breakUp(_ word: Word) {
      // Every character counts as its share: exact for the plain text that such words are.
      let characters = word.spans.flatMap { span in span.text.map { ($0, span.role) } }
      let each = max(1, word.columns / max(1, characters.count))
      var rest = characters[...]
      while !rest.isEmpty {
        if used + each > width, used > indent { end() }
        let room = max(1, (width - used) / each)
        if rest.count <= room { return add(rest, each) }
        let fitting = rest.prefix(room)
        // Half a row is given up for a good place, no more.
        let earliest = fitting.startIndex + max(1, room - width / each / 2)
        let mark = fitting.indices.reversed().first { at in
          at + 1 >= earliest && ",;:/=&?)]}".contains(fitting[at].0)
        }
        let piece = mark.map { fitting[...$0] } ?? fitting
        add(piece, each)
        rest = rest[piece.endIndex...]
        end()
      }
    }

    private mutating func add(_ characters: ArraySlice<(Character, Role)>, _ each: Int) {
      for (character, role) in characters { add([Span(String(character), role)], each) }
    }

    private mutating func add(_ spans: Line, _ columns: Int) {
      for span in spans {
        if row.last?.role == span.role {
          row[row.count - 1].text += span.text
        } else {
          row.append(span)
        }
      }
      used += columns
    }

    private mutating func end() {
      // A row never ends in the space it was broken at.
      while let last = row.last, last.text.hasSuffix(" ") {
        row[row.count - 1].text = String(last.text.dropLast())
        if row[row.count - 1].text.isEmpty { row.removeLast() }
      }
      rows.append(row)
      row = indent > 0 ? [Span(String(repeating: " ", count: indent))] : []
      used = indent
    }

    mutating func finish() -> [Line] {
      let isOnlyIndent = !rows.isEmpty && row.allSatisfy { $0.text.allSatisfy { $0 == " " } }
      return isOnlyIndent ? rows : rows + [row]
    }
  }
}
