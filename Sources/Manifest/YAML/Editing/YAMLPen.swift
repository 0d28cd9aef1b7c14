/// Works out which bytes of a text an edit replaces.
struct YAMLPen {
  private struct Splice {
    var range: Range<Int>
    var text: String
  }

  let source: YAMLSource
  let value: JSONValue
  let layout: YAMLLayout
  let pointer: JSONPointer
  var fragment: YAMLFragment
  private var splices: [Splice] = []

  init(_ source: YAMLSource, value: JSONValue, edit: YAMLEdit) throws(YAMLEditFailure) {
    pointer = edit.pointer
    guard let layout = source.layout else {
      throw YAMLEditFailure(source.hasOddBreaks ? .lineBreaks : .unclear, pointer)
    }
    self.source = source
    self.value = value
    self.layout = layout
    fragment = YAMLFragment(habits: source.habits, lineBreak: source.lineBreak)
  }

  /// The text with the edit made.
  var result: String {
    var bytes: [UInt8] = []
    var at = 0
    var isAtEnd = false
    // What is only inserted comes before what is replaced at the same place.
    for splice in splices.sorted(by: YAMLPen.precedes) where splice.range.lowerBound >= at {
      bytes += source.bytes[at..<splice.range.lowerBound]
      bytes += splice.text.utf8
      at = splice.range.upperBound
      isAtEnd = at == source.bytes.count
    }
    bytes += source.bytes[at...]
    if fragment.endsInBlock, isAtEnd, bytes.last != 0x0A { bytes += source.lineBreak.utf8 }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func precedes(_ a: Splice, _ b: Splice) -> Bool {
    (a.range.lowerBound, a.range.isEmpty ? 0 : 1) < (b.range.lowerBound, b.range.isEmpty ? 0 : 1)
  }

  mutating func splice(_ range: Range<Int>, _ text: String) {
    splices.append(Splice(range: range, text: text))
  }
  mutating func insert(_ text: String, at offset: Int) { splice(offset..<offset, text) }

  // MARK: Edits

  mutating func write(_ edit: YAMLEdit) throws(YAMLEditFailure) {
    guard let last = pointer.tokens.last else {
      guard case .set(let new, _) = edit else { throw YAMLEditFailure(.wholeDocument, pointer) }
      return try setRoot(new)
    }
    let path = try pathToParent()
    let parent = path.last?.value ?? layout.root ?? YAMLPen.nothing
    let index = parent.index(of: last)
    try refuseMerged(last, parent, index)
    try refuseAnchored(path, changing: index.map { parent.entries[$0] }, by: edit)
    switch edit {
    case .set(let new, _):
      if let index {
        try replace(parent.entries[index], of: parent, with: new)
      } else {
        try add(new, last, to: parent, of: path, by: edit)
      }
    case .insert(let new, _): try add(new, last, to: parent, of: path, by: edit)
    case .remove:
      guard let index else { throw YAMLEditFailure(.missing, pointer) }
      try remove(index, of: parent, path)
    case .move(_, let target):
      guard let index else { throw YAMLEditFailure(.missing, pointer) }
      move(index, to: target, of: parent)
    case .rename(_, let name):
      guard let index else { throw YAMLEditFailure(.missing, pointer) }
      rename(parent.entries[index], to: name, inFlow: parent.isFlow)
    }
  }

  static let nothing = YAMLLayout.Node(kind: .plain, range: 0..<0, content: 0)

  private mutating func rename(_ entry: YAMLLayout.Entry, to name: String, inFlow: Bool) {
    let text =
      inFlow ? fragment.flow(.string(name)) : YAMLWriter.scalar(name)
    splice(entry.keyRange, text)
  }

  /// An element or a member where there was none.
  private mutating func add(
    _ new: JSONValue, _ token: String, to parent: YAMLLayout.Node, of path: [YAMLLayout.Entry],
    by edit: YAMLEdit
  ) throws(YAMLEditFailure) {
    guard parent.isCollection, !parent.entries.isEmpty else {
      return try begin(in: parent, of: path, by: edit)
    }
    if parent.kind == .sequence {
      let index = token == "-" ? parent.entries.count : Int(token)
      guard let index, 0...parent.entries.count ~= index else {
        throw YAMLEditFailure(.missing, pointer)
      }
      insert(new, before: index, of: parent)
    } else {
      append(new, key: token, to: parent)
    }
  }

  /// The first entry of a collection that is empty, or of one that nothing stands for yet.
  private mutating func begin(
    in parent: YAMLLayout.Node, of path: [YAMLLayout.Entry], by edit: YAMLEdit
  ) throws(YAMLEditFailure) {
    let pointer = JSONPointer(tokens: Array(pointer.tokens.dropLast()))
    let whole = try edit.applied(to: value)[pointer] ?? .null
    guard let entry = path.last else { return try setRoot(whole) }
    let outer = path.dropLast().last?.value ?? layout.root ?? YAMLPen.nothing
    try replace(entry, of: outer, with: whole)
  }

  // MARK: What must not be touched

  /// The entries down to the parent of the value at the pointer.
  private func pathToParent() throws(YAMLEditFailure) -> [YAMLLayout.Entry] {
    var path: [YAMLLayout.Entry] = []
    var node = layout.root ?? YAMLPen.nothing
    for (depth, token) in pointer.tokens.enumerated() {
      if case .alias(let name) = node.kind { throw YAMLEditFailure(.alias(name: name), pointer) }
      if depth == pointer.tokens.count - 1 { break }
      guard let index = node.index(of: token) else {
        let reason: YAMLEditFailure.Reason =
          node.entries.contains(where: \.isMerge) ? .merged : .missing
        throw YAMLEditFailure(reason, pointer)
      }
      path.append(node.entries[index])
      node = node.entries[index].value
    }
    return path
  }

  private func refuseMerged(
    _ token: String, _ parent: YAMLLayout.Node, _ index: Int?
  ) throws(YAMLEditFailure) {
    guard index == nil, parent.entries.contains(where: \.isMerge) else { return }
    if value[pointer] != nil { throw YAMLEditFailure(.merged, pointer) }
  }

  /// A change inside an anchored value would change every place that repeats it.
  private func refuseAnchored(
    _ path: [YAMLLayout.Entry], changing entry: YAMLLayout.Entry?, by edit: YAMLEdit
  ) throws(YAMLEditFailure) {
    var around: [YAMLLayout.Node] = path.map(\.value)
    if let root = layout.root { around.append(root) }
    var inside: [YAMLLayout.Node] = []
    switch edit {
    case .set, .remove: entry?.value.forEach { inside.append($0) }
    case .insert, .move, .rename: break
    }
    var names = Set((around + inside).compactMap(\.anchor))
    if let entry, let key = anchor(ofKey: entry) { names.insert(key) }
    guard !names.isEmpty, let root = layout.root else { return }
    var found: YAMLEditFailure?
    root.forEach { node in
      guard found == nil, case .alias(let name) = node.kind, names.contains(name) else { return }
      // An alias that goes together with its anchor is no obstacle.
      let isInside = inside.contains { $0.range.contains(node.range.lowerBound) }
      let isAround = around.contains { $0.anchor == name }
      guard !isInside || isAround else { return }
      found = YAMLEditFailure(
        .anchored(name: name, line: source.line(of: node.range.lowerBound) + 1), pointer)
    }
    if let found { throw found }
  }

  private func anchor(ofKey entry: YAMLLayout.Entry) -> String? {
    let key = source.bytes[entry.keyRange]
    guard key.first == 0x26 else { return nil }
    return String(decoding: key.dropFirst().prefix { $0 > 0x20 }, as: UTF8.self)
  }
}
