import Manifest

/// YAML as coloured lines.
public enum YAMLLines {
  /// - Parameter folded: keys of the top object's `metadata` to show as one line.
  public static func lines(of document: JSONValue, foldingManagedFields fold: Bool) -> [Line] {
    var shown = document
    var folded = 0
    if fold, var metadata = document["metadata"],
      let fields = metadata["managedFields"]?.array, !fields.isEmpty
    {
      folded = fields.count
      metadata["managedFields"] = .string(marker)
      shown["metadata"] = metadata
    }
    var block: Int?
    return YAML.write(shown).split(separator: "\n", omittingEmptySubsequences: false).dropLast()
      .map { text in
        if folded > 0, text.contains(marker) {
          return [
            Span("  managedFields:", .yamlKey),
            Span(" \(folded) entries, m unfolds", .yamlFold),
          ]
        }
        return coloured(text, insideBlock: &block)
      }
  }

  private static let marker = "quarterdeck-folded-managed-fields"

  /// Colours one line; `block` is the indentation of the literal block it may stand in.
  private static func coloured(_ text: Substring, insideBlock block: inout Int?) -> Line {
    let indent = text.prefix { $0 == " " }.count
    if let depth = block {
      if text.isEmpty || indent > depth { return [Span(String(text), .yamlString)] }
      block = nil
    }
    var line: Line = []
    var rest = text.dropFirst(indent)
    var lead = String(repeating: " ", count: indent)
    var depth = indent
    while rest.hasPrefix("- ") || rest == "-" {
      lead += rest == "-" ? "-" : "- "
      rest = rest.dropFirst(2)
      depth += 2
    }
    if !lead.isEmpty { line.append(Span(lead, .muted)) }
    if let colon = keyEnd(rest) {
      line.append(Span(String(rest[...colon]), .yamlKey))
      rest = rest[rest.index(after: colon)...]
    } else {
      depth = max(0, depth - 2)
    }
    if rest.isEmpty { return line }
    let value = rest.drop { $0 == " " }
    if value.hasPrefix("|") || value.hasPrefix(">") { block = depth }
    line.append(Span(String(rest), role(of: value)))
    return line
  }

  /// The colon that ends a key at the start of the text; nil when the text is a value.
  private static func keyEnd(_ text: Substring) -> Substring.Index? {
    var quote: Character?
    var index = text.startIndex
    while index < text.endIndex {
      let character = text[index]
      if let open = quote {
        if character == "\\", open == "\"" {
          index = text.index(after: index)
          if index == text.endIndex { return nil }
        } else if character == open {
          quote = nil
        }
      } else if (character == "\"" || character == "'") && index == text.startIndex {
        quote = character
      } else if character == ":" {
        let next = text.index(after: index)
        if next == text.endIndex || text[next] == " " { return index }
      }
      index = text.index(after: index)
    }
    return nil
  }

  private static func role(of value: Substring) -> Role {
    switch value {
    case "true", "false": .yamlBool
    case "null", "~": .yamlNull
    default: Double(String(value)) == nil ? .yamlString : .yamlNumber
    }
  }
}
