/// What is lost or looks different when a YAML document goes through JSON and back.
public struct YAMLRewrite: Hashable, Sendable {
  /// A value that is written in another way, "0755" as "493".
  public struct Scalar: Hashable, Sendable {
    public var before: String
    public var after: String
  }
  public private(set) var losesComments = false
  public private(set) var reordersKeys = false
  /// Documents after the first; they are dropped.
  public private(set) var lostDocuments = 0
  /// Anchors and aliases are written out.
  public private(set) var expandsAliases = false
  public private(set) var scalars: [Scalar] = []

  /// Looks at a text that `YAMLConversion.json` can read; anything else loses nothing.
  public init(of text: String) {
    let value: JSONValue
    do { value = try YAMLConversion.json(fromYAML: text) } catch { return }
    reordersKeys = YAMLRewrite.isReordered(value)
    var stripped: [String] = []
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      let (content, hasComment) = YAMLRewrite.withoutComment(line)
      losesComments = losesComments || hasComment
      stripped.append(String(content))
      if content == "---", stripped.contains(where: { !$0.isEmpty && $0 != "---" }) {
        lostDocuments += 1
      }
      look(at: content)
    }
    // What looked like a comment may have been part of a text.
    if losesComments {
      do {
        let bare = try YAMLConversion.json(fromYAML: stripped.joined(separator: "\n"))
        losesComments = bare == value
      } catch { losesComments = false }
    }
  }

  /// Short clauses for a sentence; empty when the document stays as it is.
  public var losses: [String] {
    var losses = lossesOfForm
    for scalar in scalars.prefix(5) { losses.append("\(scalar.before) becomes \(scalar.after)") }
    if scalars.count > 5 { losses.append("\(scalars.count - 5) other values change likewise") }
    return losses
  }

  /// The same, for a document whose values are nobody's business.
  public var lossesWithoutValues: [String] {
    scalars.isEmpty ? lossesOfForm : lossesOfForm + ["\(scalars.count) values are written anew"]
  }

  private var lossesOfForm: [String] {
    var losses: [String] = []
    if losesComments { losses.append("its comments are lost") }
    if lostDocuments > 0 { losses.append("every document after the first is lost") }
    if reordersKeys { losses.append("its keys are sorted") }
    if expandsAliases { losses.append("its anchors are written out") }
    return losses
  }

  private static func isReordered(_ value: JSONValue) -> Bool {
    switch value {
    case .array(let elements): elements.contains(where: isReordered)
    case .object(let object):
      GoYAMLEmitter.order(object.keys) != Array(object.keys)
        || object.members.values.contains(where: isReordered)
    default: false
    }
  }

  private static func withoutComment(_ line: Substring) -> (Substring, Bool) {
    var previous: Character = " "
    var quote: Character?
    for index in line.indices {
      let character = line[index]
      if let open = quote {
        if character == open { quote = nil }
      } else if character == "\"" || character == "'" {
        if previous == " " || previous == "[" || previous == "{" { quote = character }
      } else if character == "#", previous == " " || previous == "\t" {
        let content = line[..<index]
        let end = content.lastIndex { $0 != " " && $0 != "\t" }.map { content.index(after: $0) }
        return (content[..<(end ?? content.startIndex)], true)
      }
      previous = character
    }
    return (line, false)
  }

  /// The plain scalar at the end of a line, after its key or its dash.
  private mutating func look(at line: Substring) {
    var word = line.drop { $0 == " " }
    while word.hasPrefix("- ") { word = word.dropFirst(2).drop { $0 == " " } }
    if let colon = word.utf8.indices.last(where: { i in
      word.utf8[i] == 0x3A
        && (word.utf8.index(after: i) == word.endIndex
          || word.utf8[word.utf8.index(after: i)] == 0x20)
    }) {
      word = word[word.utf8.index(after: colon)...].drop { $0 == " " }
    }
    guard let first = word.first else { return }
    if first == "&" || first == "*" {
      expandsAliases = true
      return
    }
    guard let after = YAMLRewrite.rewritten(String(word)), after != word else { return }
    let scalar = Scalar(before: String(word), after: after)
    if !scalars.contains(scalar) { scalars.append(scalar) }
  }

  /// How a plain scalar that is no text comes back.
  private static func rewritten(_ text: String) -> String? {
    switch YAML.resolve(text) {
    case .value(.bool(let flag)): return flag ? "true" : "false"
    case .value(.int(let number)): return String(number)
    case .value(.double(let number)):
      let json = GoNumber.json(number)
      return Int64(json) == nil ? GoNumber.general(number) : json
    case .value(.null): return text.isEmpty ? nil : "null"
    case .timestamp: return GoTimestamp.isOne(text) ? "\"\(text)\"" : text
    default: return nil
    }
  }
}
