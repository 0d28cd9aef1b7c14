import Yams

/// Finds the places of values: the values themselves, with the way each is written, come from
/// Yams, which knows where they begin but not where they end.
struct YAMLLayoutBuilder {
  /// The text is not written the way the parsed values say. Never seen; an edit is then refused.
  struct Lost: Error {
    var offset: Int
  }

  let bytes: [UInt8]
  /// Of each line.
  let lineStarts: [Int]
  let star: Unicode.Scalar?

  init(bytes: [UInt8], star: Unicode.Scalar?) {
    self.bytes = bytes
    self.star = star
    var starts = [0]
    for (i, byte) in bytes.enumerated() where byte == 0x0A { starts.append(i + 1) }
    lineStarts = starts
  }

  func layout(of root: Node) throws(Lost) -> YAMLLayout {
    YAMLLayout(root: try node(root, from: 0, indent: -1, inFlow: false))
  }

  // MARK: Nodes

  /// - Parameters:
  ///   - start: where to look from: behind the dash, the colon, the bracket or the comma.
  ///   - indent: the column of the block collection it stands in; -1 for none.
  func node(
    _ node: Node, from start: Int, indent: Int, inFlow: Bool
  ) throws(Lost) -> YAMLLayout.Node {
    let anchor = node.anchor?.rawValue
    let mark = try offset(of: node, from: start)
    switch node {
    case .scalar(let scalar):
      return try self.scalar(scalar, anchor: anchor, from: start, mark: mark, indent: indent)
    case .sequence(let sequence):
      let content = pastProperties(mark)
      var found = YAMLLayout.Node(
        kind: .sequence, range: mark..<mark, content: content, anchor: anchor)
      if byte(content) == 0x5B {
        try flow(sequence, into: &found)
      } else {
        try block(sequence, into: &found)
      }
      return found
    case .mapping(let mapping):
      return try self.mapping(mapping, anchor: anchor, mark: mark, inFlow: inFlow)
    case .alias:
      throw Lost(offset: start)
    }
  }

  private func mapping(
    _ mapping: Node.Mapping, anchor: String?, mark: Int, inFlow: Bool
  ) throws(Lost) -> YAMLLayout.Node {
    var content = mark
    if let first = mapping.first {
      // An anchor before the first key may belong to the key.
      let key = try offset(of: first.key, from: mark)
      if key != mark { content = min(pastProperties(mark), key) }
    } else {
      content = pastProperties(mark)
    }
    var found = YAMLLayout.Node(
      kind: .mapping, range: mark..<mark, content: content, anchor: anchor)
    if byte(content) == 0x7B {
      try flow(mapping, into: &found)
    } else if inFlow {
      try pair(mapping, into: &found)
    } else {
      try block(mapping, into: &found)
    }
    return found
  }

  // MARK: Block collections

  private func block(
    _ sequence: Node.Sequence, into found: inout YAMLLayout.Node
  ) throws(Lost) {
    var at = found.content
    for child in sequence {
      let dash = skipSeparation(at)
      guard byte(dash) == 0x2D else { throw Lost(offset: dash) }
      let value = try node(child, from: dash + 1, indent: column(of: dash), inFlow: false)
      found.entries.append(
        YAMLLayout.Entry(
          start: dash, keyRange: dash..<dash, valueStart: dash + 1, value: value))
      at = max(value.range.upperBound, dash + 1)
    }
    found.range = found.range.lowerBound..<at
  }

  private func block(_ mapping: Node.Mapping, into found: inout YAMLLayout.Node) throws(Lost) {
    var at = found.content
    for (key, child) in mapping {
      let start = skipSeparation(at)
      let entry = try member(key, child, at: start, indent: column(of: start), inFlow: false)
      found.entries.append(entry)
      at = entry.end
    }
    found.range = found.range.lowerBound..<at
  }

  /// A key and its value, both with the question mark and without.
  private func member(
    _ key: Node, _ child: Node, at start: Int, indent: Int, inFlow: Bool
  ) throws(Lost) -> YAMLLayout.Entry {
    let isExplicit = byte(start) == 0x3F && isBlank(start + 1)
    let found = try node(key, from: isExplicit ? start + 1 : start, indent: indent, inFlow: true)
    let colon = skipSeparation(found.range.upperBound)
    var entry = YAMLLayout.Entry(
      start: start, key: keyText(key), keyRange: found.range, isMerge: isMerge(key),
      valueStart: colon + 1, value: found)
    if byte(colon) == 0x3A {
      entry.value = try node(child, from: colon + 1, indent: indent, inFlow: inFlow)
    } else {
      let end = found.range.upperBound
      entry.valueStart = end
      entry.takesValue = false
      entry.value = YAMLLayout.Node(kind: .plain, range: end..<end, content: end)
    }
    return entry
  }

  // MARK: Flow collections

  private func flow(_ sequence: Node.Sequence, into found: inout YAMLLayout.Node) throws(Lost) {
    found.isFlow = true
    var at = found.content + 1
    for child in sequence {
      let start = skipSeparation(at)
      let value = try node(child, from: start, indent: -1, inFlow: true)
      found.entries.append(
        YAMLLayout.Entry(
          start: start, keyRange: start..<start, valueStart: start, value: value))
      at = try pastComma(value.range.upperBound, orBefore: 0x5D)
    }
    try close(&found, at: at, with: 0x5D)
  }

  private func flow(_ mapping: Node.Mapping, into found: inout YAMLLayout.Node) throws(Lost) {
    found.isFlow = true
    var at = found.content + 1
    for (key, child) in mapping {
      let start = skipSeparation(at)
      let entry = try member(key, child, at: start, indent: -1, inFlow: true)
      found.entries.append(entry)
      at = try pastComma(entry.end, orBefore: 0x7D)
    }
    try close(&found, at: at, with: 0x7D)
  }

  /// `[a: 1]`
  private func pair(_ mapping: Node.Mapping, into found: inout YAMLLayout.Node) throws(Lost) {
    guard mapping.count == 1, let (key, child) = mapping.first else {
      throw Lost(offset: found.content)
    }
    found.isFlow = true
    let entry = try member(key, child, at: found.content, indent: -1, inFlow: true)
    found.entries = [entry]
    found.range = found.range.lowerBound..<entry.end
  }

  private func pastComma(_ offset: Int, orBefore closing: UInt8) throws(Lost) -> Int {
    let at = skipSeparation(offset)
    if byte(at) == 0x2C { return at + 1 }
    guard byte(at) == closing else { throw Lost(offset: at) }
    return at
  }

  private func close(
    _ found: inout YAMLLayout.Node, at offset: Int, with closing: UInt8
  ) throws(Lost) {
    let at = skipSeparation(offset)
    guard byte(at) == closing else { throw Lost(offset: at) }
    found.range = found.range.lowerBound..<at + 1
  }

  // MARK: Keys

  private func isMerge(_ key: Node) -> Bool {
    guard case .scalar(let scalar) = key else { return false }
    return scalar.style == .plain && scalar.string == "<<"
  }

  private func keyText(_ key: Node) -> String? {
    guard case .scalar(let scalar) = key, !isMerge(key) else { return nil }
    guard scalar.style == .plain else { return restored(scalar.string) }
    if aliasName(scalar) != nil { return nil }
    do { return YAMLReader.keyText(try YAML.value(ofPlain: restored(scalar.string))) } catch {
      return nil
    }
  }

  func aliasName(_ scalar: Node.Scalar) -> String? {
    guard let star, scalar.style == .plain, scalar.string.unicodeScalars.first == star else {
      return nil
    }
    return String(scalar.string.unicodeScalars.dropFirst())
  }

  func restored(_ text: String) -> String {
    guard let star, text.unicodeScalars.contains(star) else { return text }
    return String(String.UnicodeScalarView(text.unicodeScalars.map { $0 == star ? "*" : $0 }))
  }
}
