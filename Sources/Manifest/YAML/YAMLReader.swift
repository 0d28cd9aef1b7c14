import Yams

/// Builds JSON values from what libyaml finds.
///
/// Yams would put the aliased node in place of each alias, and then take as long to compare keys
/// as the expansion is large. So aliases are hidden from it: every `*` is replaced by a
/// character that the text does not use, which makes an alias a plain scalar, and they are
/// resolved here, where their cost can be counted.
struct YAMLReader {
  private struct Anchored {
    var value: JSONValue
    /// Values in it, aliases expanded.
    var weight: Int
    /// Levels below it.
    var height: Int
  }

  /// Whose ways to follow where go-yaml v2 and good sense differ.
  enum Dialect {
    /// What is written counts for more than what is merged in; `!!binary` is refused.
    case strict
    /// The last one counts, merged in or not; `!!binary` is the text it encodes.
    case go
  }

  private let dialect: Dialect
  /// Stands for `*`; nil when the text has none.
  private let star: Unicode.Scalar?
  private var anchors: [String: Anchored] = [:]
  private var open: Set<String> = []
  private var expanded = 0

  static func documents(in text: String) throws(YAML.Failure) -> [JSONValue] {
    try documents(in: text, limit: .max, dialect: .strict)
  }

  /// What comes after the first document is not even looked at; nil when there is none.
  static func firstDocument(
    in text: String, dialect: Dialect
  ) throws(YAML.Failure) -> JSONValue? {
    try documents(in: text, limit: 1, dialect: dialect).first
  }

  private static func documents(
    in text: String, limit: Int, dialect: Dialect
  ) throws(YAML.Failure) -> [JSONValue] {
    try withRoots(of: text, limit: limit) { root, star throws(YAML.Failure) in
      try value(of: root, star: star, dialect: dialect)
    }
  }

  /// What a document says; `star` as `withRoots` hands it out.
  static func value(
    of root: Node, star: Unicode.Scalar?, dialect: Dialect = .strict
  ) throws(YAML.Failure) -> JSONValue {
    var reader = YAMLReader(star: star, dialect: dialect)
    return try reader.read(root, depth: 0).value
  }

  /// Hands out the root of each document, with the character that stands for `*` in it (nil when
  /// the text has none). The nodes' anchors live no longer than the call.
  static func withRoots<Result>(
    of text: String, limit: Int,
    _ body: (Node, Unicode.Scalar?) throws(YAML.Failure) -> Result
  ) throws(YAML.Failure) -> [Result] {
    let star = try freeScalar(for: text)
    var disguised = text
    if let star {
      disguised = String(
        String.UnicodeScalarView(text.unicodeScalars.map { $0 == "*" ? star : $0 }))
    }
    disguised.makeContiguousUTF8()
    do {
      let parser = try Parser(yaml: disguised, resolver: .basic, encoding: .utf8)
      // The parser owns the anchors that its nodes point to.
      return try withExtendedLifetime(parser) {
        var results: [Result] = []
        while results.count < limit, let root = try parser.nextRoot() {
          results.append(try body(root, star))
        }
        return results
      }
    } catch let failure as YAML.Failure {
      throw failure
    } catch let error as YamlError {
      throw YAML.Failure(error, star: star)
    } catch {
      throw YAML.Failure(line: 0, column: 0, message: "\(error)")
    }
  }

  private init(star: Unicode.Scalar?, dialect: Dialect) {
    self.star = star
    self.dialect = dialect
  }

  /// A private-use character that `text` does not use; nil when there is no `*` to hide.
  private static func freeScalar(for text: String) throws(YAML.Failure) -> Unicode.Scalar? {
    guard text.utf8.contains(0x2A) else { return nil }
    let privateUse: ClosedRange<UInt32> = 0xE000...0xF8FF
    var used: Set<UInt32> = []
    for scalar in text.unicodeScalars where privateUse.contains(scalar.value) {
      used.insert(scalar.value)
    }
    guard let free = privateUse.first(where: { !used.contains($0) }),
      let star = Unicode.Scalar(free)
    else {
      throw YAML.Failure(line: 0, column: 0, message: "text uses every private-use character")
    }
    return star
  }

  // MARK: Nodes

  private mutating func read(_ node: Node, depth: Int) throws(YAML.Failure) -> Anchored {
    guard depth < JSONScanner.depthLimit else { throw tooDeep(node) }
    if let name = aliasName(node) {
      let target = try resolve(alias: name, at: node)
      guard depth + target.height < JSONScanner.depthLimit else { throw tooDeep(node) }
      return target
    }
    let anchor = node.anchor?.rawValue
    if let anchor { open.insert(anchor) }
    let result: Anchored
    switch node {
    case .scalar(let scalar):
      let value = try read(scalar: scalar, of: node)
      result = Anchored(value: value, weight: 1 + scalar.string.utf8.count / 64, height: 0)
    case .sequence(let sequence):
      result = try read(sequence: sequence, depth: depth)
    case .mapping(let mapping):
      result = try read(mapping: mapping, depth: depth)
    case .alias:
      throw failure("unexpected alias", at: node)
    }
    if let anchor {
      open.remove(anchor)
      anchors[anchor] = result
    }
    return result
  }

  private mutating func read(
    sequence: Node.Sequence, depth: Int
  ) throws(YAML.Failure) -> Anchored {
    var elements: [JSONValue] = []
    elements.reserveCapacity(sequence.count)
    var (weight, height) = (1, 0)
    for child in sequence {
      let element = try read(child, depth: depth + 1)
      elements.append(element.value)
      weight += element.weight
      height = max(height, element.height)
    }
    return Anchored(value: .array(elements), weight: weight, height: height + 1)
  }

  private mutating func read(mapping: Node.Mapping, depth: Int) throws(YAML.Failure) -> Anchored {
    var object = JSONObject()
    var merged: Set<String> = []
    var (weight, height) = (1, 0)
    for (keyNode, valueNode) in mapping {
      let key = isMerge(keyNode) ? nil : try self.key(keyNode)
      let value = try read(valueNode, depth: depth + 1)
      weight += value.weight
      height = max(height, value.height)
      if let key {
        // What is written here counts for more than what was merged in before it.
        if object[key] != nil, merged.remove(key) == nil, dialect == .strict {
          throw failure("key \(quoted(key)) is given twice", at: keyNode)
        }
        object[key] = value.value
      } else {
        for (key, value) in try members(toMerge: value.value, at: valueNode)
        where dialect == .go || object[key] == nil {
          object[key] = value
          merged.insert(key)
        }
      }
    }
    return Anchored(value: .object(object), weight: weight, height: height + 1)
  }

  private func read(scalar: Node.Scalar, of node: Node) throws(YAML.Failure) -> JSONValue {
    let text = restored(scalar.string)
    let tag = scalar.tag.description
    do {
      if tag.isEmpty || (tag == "?" && scalar.style == .plain) {
        return scalar.style == .plain ? try plain(text) : .string(text)
      }
      if dialect == .go, tag == "tag:yaml.org,2002:binary" {
        return .string(try YAML.decoded(base64: text))
      }
      return try YAML.value(of: text, tag: tag)
    } catch {
      throw failure(error.what, at: node)
    }
  }

  /// Numbers beyond 64 bits stay as they were written, or become the doubles, or the texts, that
  /// Go makes of them.
  private func plain(_ text: String) throws(YAML.Unrepresentable) -> JSONValue {
    let value = try YAML.value(ofPlain: text)
    guard dialect == .go, case .number(let number) = value, UInt64(number) == nil else {
      return value
    }
    guard let nearest = Double(number), nearest.isFinite else { return .string(text) }
    return .double(nearest)
  }

  // MARK: Keys

  private func isMerge(_ node: Node) -> Bool {
    guard case .scalar(let scalar) = node else { return false }
    return scalar.style == .plain && scalar.string == "<<"
  }

  private mutating func key(_ node: Node) throws(YAML.Failure) -> String {
    let value: JSONValue
    if let name = aliasName(node) {
      value = try resolve(alias: name, at: node).value
    } else if case .scalar(let scalar) = node, scalar.style == .plain {
      // Comparing the keys has made Yams forget whether this one was tagged.
      do { value = try plain(restored(scalar.string)) } catch {
        throw failure(error.what, at: node)
      }
      if let anchor = node.anchor?.rawValue {
        anchors[anchor] = Anchored(value: value, weight: 1, height: 0)
      }
    } else {
      value = try read(node, depth: 0).value
    }
    if let text = YAMLReader.keyText(value) { return text }
    let what = value == .null ? "a key cannot be null" : "a key must be a single value"
    throw failure(what, at: node)
  }

  /// A key as the text that it is turned into; nil for what can be no key.
  static func keyText(_ value: JSONValue) -> String? {
    switch value {
    case .string(let text): text
    case .bool(let flag): flag ? "true" : "false"
    case .int(let number): String(number)
    case .number(let text): text
    case .double(let number): YAML.key(of: number)
    case .null, .array, .object: nil
    }
  }

  private func members(
    toMerge value: JSONValue, at node: Node
  ) throws(YAML.Failure) -> [(String, JSONValue)] {
    switch value {
    case .object(let object):
      return object.members.map { ($0.key, $0.value) }
    case .array(let maps):
      var members: [(String, JSONValue)] = []
      // Of several the first counts most.
      for map in dialect == .go ? maps.reversed() : maps {
        guard case .object(let object) = map else { break }
        members += object.members.map { ($0.key, $0.value) }
      }
      if maps.allSatisfy({ $0.object != nil }) { return members }
    default: break
    }
    throw failure("<< needs a mapping or a list of mappings", at: node)
  }

  // MARK: Aliases

  /// The name after the disguised star; nil when the node is no alias.
  private func aliasName(_ node: Node) -> String? {
    guard let star, case .scalar(let scalar) = node, scalar.style == .plain,
      scalar.string.unicodeScalars.first == star
    else { return nil }
    return String(scalar.string.unicodeScalars.dropFirst())
  }

  private mutating func resolve(
    alias name: String, at node: Node
  ) throws(YAML.Failure) -> Anchored {
    let isName = name.utf8.allSatisfy { byte in
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F, 0x2D: true
      default: false
      }
    }
    guard isName, !name.isEmpty, node.anchor == nil else {
      throw failure("* must be followed by the name of an anchor; quote the text", at: node)
    }
    if open.contains(name) { throw failure("alias \(name) stands inside itself", at: node) }
    guard let target = anchors[name] else {
      throw failure("found undefined alias \(name)", at: node)
    }
    expanded += target.weight
    guard expanded <= YAML.expansionLimit else {
      throw failure("aliases expand to too much", at: node)
    }
    return target
  }

  private func restored(_ text: String) -> String {
    guard let star, text.unicodeScalars.contains(star) else { return text }
    return String(String.UnicodeScalarView(text.unicodeScalars.map { $0 == star ? "*" : $0 }))
  }

  // MARK: Failures

  private func failure(_ message: String, at node: Node) -> YAML.Failure {
    YAML.Failure(line: node.mark?.line ?? 0, column: node.mark?.column ?? 0, message: message)
  }
  private func tooDeep(_ node: Node) -> YAML.Failure { failure("nested too deeply", at: node) }
  private func quoted(_ key: String) -> String { JSONValue.string(key).jsonText() }
}

extension YAML.Failure {
  fileprivate init(_ error: YamlError, star: Unicode.Scalar?) {
    switch error {
    case .scanner(let context, let problem, let mark, _),
      .parser(let context, let problem, let mark, _),
      .composer(let context, let problem, let mark, _):
      let prefix = context.map { $0.text + ": " } ?? ""
      self.init(line: mark.line, column: mark.column, message: prefix + problem)
    case .duplicatedKeysInMapping(let keys, let context):
      let names = keys.map { key in
        JSONValue.string(
          String(String.UnicodeScalarView(key.unicodeScalars.map { $0 == star ? "*" : $0 }))
        ).jsonText()
      }
      let verb =
        names.count == 1 ? "key \(names[0]) is" : "keys \(names.joined(separator: ", ")) are"
      self.init(
        line: context.mark.line, column: context.mark.column, message: "\(verb) given twice")
    case .reader(let problem, let offset, _, let yaml):
      self.init(problem, characterOffset: offset, in: yaml)
    case .memory:
      // libyaml says so when its limit of 1,000 levels is reached.
      self.init(line: 0, column: 0, message: "nested too deeply")
    default:
      self.init(line: 0, column: 0, message: "\(error)")
    }
  }

  private init(_ problem: String, characterOffset: Int?, in text: String) {
    guard let characterOffset else {
      self.init(line: 0, column: 0, message: problem)
      return
    }
    let before = text.prefix(max(0, characterOffset)).unicodeScalars
    let line = before.reduce(1) { $0 + ($1 == "\n" ? 1 : 0) }
    let column = before.reversed().prefix { $0 != "\n" }.count + 1
    self.init(line: line, column: column, message: problem)
  }
}
