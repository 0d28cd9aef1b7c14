/// Where each value of a YAML document stands in its text: what an edit in place must know.
///
/// All places are offsets in the text's UTF-8.
struct YAMLLayout: Hashable, Sendable {
  struct Node: Hashable, Sendable {
    enum Kind: Hashable, Sendable {
      case plain, singleQuoted, doubleQuoted, literal, folded
      case alias(String)
      case sequence, mapping
    }
    var kind: Kind
    /// From its anchor or tag to its last character; empty where the value was left out.
    var range: Range<Int>
    /// Where the value itself begins, behind its anchor and tag.
    var content: Int
    /// Written with brackets or braces. A pair in a flow sequence, `[a: 1]`, has neither.
    var isFlow = false
    var anchor: String?
    var entries: [Entry] = []

    var isBlock: Bool { !isFlow && !entries.isEmpty }
    var isCollection: Bool { kind == .sequence || kind == .mapping }
  }

  /// An element of a sequence or a member of a mapping.
  struct Entry: Hashable, Sendable {
    /// Its dash, its question mark, or the first character of its key.
    var start: Int
    /// nil in a sequence, for `<<`, and for a key that is an alias.
    var key: String?
    var keyRange: Range<Int>
    var isMerge = false
    /// Behind the dash or the colon; where the key ends when there is no colon.
    var valueStart: Int
    /// In a sequence, or with its colon written.
    var takesValue = true
    var value: Node

    var end: Int { max(value.range.upperBound, valueStart) }
  }

  /// nil when the text has nothing but comments.
  var root: Node?

  /// The entries on the way to a value, outermost first; nil when the pointer leads to nothing
  /// that is written out.
  func path(to pointer: JSONPointer) -> [Entry]? {
    guard var node = root else { return pointer.tokens.isEmpty ? [] : nil }
    var path: [Entry] = []
    for token in pointer.tokens {
      guard let index = node.index(of: token) else { return nil }
      path.append(node.entries[index])
      node = node.entries[index].value
    }
    return path
  }

  func node(at pointer: JSONPointer) -> Node? {
    guard let path = path(to: pointer) else { return nil }
    return path.isEmpty ? root : path.last?.value
  }
}

extension YAMLLayout.Node {
  /// Which entry a token of a pointer names.
  func index(of token: String) -> Int? {
    switch kind {
    case .mapping: return entries.firstIndex { $0.key == token }
    case .sequence:
      guard let index = Int(token), entries.indices.contains(index) else { return nil }
      return index
    default: return nil
    }
  }

  /// Itself and everything in it.
  func forEach(_ body: (YAMLLayout.Node) -> Void) {
    body(self)
    for entry in entries { entry.value.forEach(body) }
  }
}
