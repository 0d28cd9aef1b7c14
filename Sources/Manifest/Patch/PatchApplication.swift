/// One patch on its way through a document.
struct PatchApplication<Tree: PatchTree> {
  private(set) var root: Tree
  /// What paths that begin with "//" lead into: the library resolves the empty name of the root
  /// to the document as it was read, and changes made there are lost.
  private var original: Tree?
  /// The document was replaced by a plain value, which nothing can come after.
  private var isSpoilt = false

  private typealias Reason = JSONPatch.Failure.Reason

  init(_ root: Tree, keepsOriginal: Bool = true) {
    self.root = root
    original = keepsOriginal ? root : nil
  }

  func result() throws(JSONPatch.Failure) -> Tree {
    guard root.isContainer, !isSpoilt else { throw JSONPatch.Failure(.notAnObject) }
    return root
  }

  mutating func apply(_ operations: [JSONPatch.Operation]) throws(JSONPatch.Failure) {
    for (i, operation) in operations.enumerated() {
      do {
        try apply(operation)
      } catch {
        throw JSONPatch.Failure(
          error, operation: i, kind: operation.kind.rawValue, path: operation.path)
      }
    }
  }

  private mutating func apply(_ operation: JSONPatch.Operation) throws(Reason) {
    switch operation.kind {
    case .add: try add(Tree(operation.value), at: operation.path)
    case .remove:
      try edit(operation.path) { parent, key throws(Reason) in _ = try parent.remove(key) }
    case .replace: try replace(Tree(operation.value), at: operation.path)
    case .move:
      guard !operation.from.isEmpty else {
        throw .malformed("the whole document cannot be moved into itself")
      }
      var moved: Tree?
      try edit(operation.from) { parent, key throws(Reason) in moved = try parent.remove(key) }
      if let moved { try add(moved, at: operation.path) }
    case .copy:
      let copied = try find(operation.from)
      try add(copied ?? root, at: operation.path)
    case .test: try test(operation)
    }
  }

  private mutating func add(_ value: Tree, at path: String) throws(Reason) {
    if path.isEmpty {
      guard value.isContainer || value.jsonValue == .null else {
        throw .malformed("the whole document can only become an object or a list")
      }
      (root, original, isSpoilt) = (value, value, !value.isContainer)
      return
    }
    try edit(path) { parent, key throws(Reason) in try parent.add(value, key) }
  }

  private mutating func replace(_ value: Tree, at path: String) throws(Reason) {
    if path.isEmpty {
      if value.isContainer {
        (root, original, isSpoilt) = (value, nil, false)
      } else if value.jsonValue == .null {
        (root, original, isSpoilt) = (value, nil, true)
      }
      // Anything else is passed over in silence, as the library does.
      return
    }
    try edit(path) { parent, key throws(Reason) in try parent.replace(value, key) }
  }

  private mutating func test(_ operation: JSONPatch.Operation) throws(Reason) {
    let found: JSONValue?
    if operation.path.isEmpty {
      found = root.jsonValue
    } else {
      do { found = try find(operation.path)?.jsonValue } catch {
        guard case .missing = error else { throw error }
        found = nil
      }
    }
    guard (found ?? .null).equalsInPatch(operation.value) else { throw .differs }
  }

  // MARK: Finding

  /// The value at a path; nil for the whole document. Fails with `missing` when the parent has no
  /// such member.
  private mutating func find(_ path: String) throws(Reason) -> Tree? {
    if path.isEmpty { return nil }
    var found: Tree?
    try edit(path) { parent, key throws(Reason) in found = try parent.value(key) }
    return found
  }

  /// Opens everything down to the parent of a path, lets `change` work on it, and closes it again.
  private mutating func edit(
    _ path: String, _ change: (inout PatchContents<Tree>, String) throws(Reason) -> Void
  ) throws(Reason) {
    var parts = path.utf8.split(separator: 0x2F, omittingEmptySubsequences: false)
      .map { JSONPointer.unescaped(Substring($0)) }
    guard parts.count > 1 || path.isEmpty, let key = parts.popLast() else { throw .noParent }
    guard !isSpoilt else { throw parts.count > 1 ? .noParent : .notAnObject }
    if parts.count > 1, parts[1].isEmpty {
      guard var detached = original else { throw .noParent }
      try edit(&detached, parts.dropFirst(2), key, change)
      original = detached
    } else {
      try edit(&root, parts.dropFirst(), key, change)
    }
  }

  private func edit(
    _ tree: inout Tree, _ parts: ArraySlice<String>, _ key: String,
    _ change: (inout PatchContents<Tree>, String) throws(Reason) -> Void
  ) throws(Reason) {
    var contents = tree.take()
    defer { tree = Tree(contents) }
    guard let part = parts.first else {
      try change(&contents, key)
      return
    }
    switch contents {
    case .object(var members):
      guard let i = members.index(forKey: part), !part.isEmpty, members.values[i].isContainer else {
        throw .noParent
      }
      contents = .array([])  // leaves `members` unshared
      defer { contents = .object(members) }
      try edit(&members.values[i], parts.dropFirst(), key, change)
    case .array(var elements):
      contents = .array([])
      defer { contents = .array(elements) }
      guard let i = Int(part).flatMap({ $0 < 0 ? $0 + elements.count : $0 }),
        elements.indices.contains(i), elements[i].isContainer
      else { throw .noParent }
      try edit(&elements[i], parts.dropFirst(), key, change)
    case .scalar:
      throw .noParent
    }
  }
}

extension PatchContents {
  typealias Reason = JSONPatch.Failure.Reason

  fileprivate func value(_ key: String) throws(Reason) -> Tree {
    switch self {
    case .object(let members):
      // The library's empty name is the object itself.
      if key.isEmpty { return Tree(self) }
      guard let value = members[key] else { throw .missing }
      return value
    case .array(let elements):
      if key.isEmpty { return Tree(self) }
      return elements[try Self.index(key, below: elements.count, of: elements.count)]
    case .scalar: throw .notAnObject
    }
  }

  fileprivate mutating func add(_ value: Tree, _ key: String) throws(Reason) {
    switch self {
    case .object(var members):
      self = .array([])
      members[key] = value
      self = .object(members)
    case .array(var elements):
      if key == "-" {
        self = .array([])
        elements.append(value)
      } else {
        let i = try Self.index(key, below: elements.count + 1, of: elements.count)
        self = .array([])
        elements.insert(value, at: i)
      }
      self = .array(elements)
    case .scalar: throw .notAnObject
    }
  }

  fileprivate mutating func replace(_ value: Tree, _ key: String) throws(Reason) {
    switch self {
    case .object(var members):
      guard key.isEmpty || members[key] != nil else { throw .missing }
      self = .array([])
      members[key] = value
      self = .object(members)
    case .array(var elements):
      let i: Int
      do { i = try Self.index(key, below: elements.count, of: elements.count) } catch {
        throw key == "" ? .notAnIndex(key) : .missing
      }
      self = .array([])
      elements[i] = value
      self = .array(elements)
    case .scalar: throw .missing
    }
  }

  fileprivate mutating func remove(_ key: String) throws(Reason) -> Tree {
    switch self {
    case .object(var members):
      guard members[key] != nil else { throw .missing }
      self = .array([])
      let value = members.removeValue(forKey: key)
      self = .object(members)
      guard let value else { throw .missing }
      return value
    case .array(var elements):
      let i = try Self.index(key, below: elements.count, of: elements.count)
      self = .array([])
      let value = elements.remove(at: i)
      self = .array(elements)
      return value
    case .scalar: throw .notAnObject
    }
  }

  /// An index as Go reads it; a negative one counts from `limit`, the first that does not exist.
  private static func index(
    _ key: String, below limit: Int, of count: Int
  ) throws(Reason) -> Int {
    guard let number = Int(key) else { throw .notAnIndex(key) }
    let (fromEnd, overflow) = number.addingReportingOverflow(limit)
    let index = number < 0 ? fromEnd : number
    guard !overflow || number >= 0, 0..<limit ~= index else {
      throw .outOfRange(index: number, count: count)
    }
    return index
  }
}

extension JSONValue {
  /// Equality of the `test` operation: 1 and 1.0 are the same number.
  fileprivate func equalsInPatch(_ other: JSONValue) -> Bool {
    if self == other { return true }
    switch (self, other) {
    case (.int(let a), .double(let b)), (.double(let b), .int(let a)):
      return Double(a) == b && Int64(exactly: b) == a
    case (.array(let a), .array(let b)):
      return a.count == b.count && zip(a, b).allSatisfy { $0.equalsInPatch($1) }
    case (.object(let a), .object(let b)):
      return a.count == b.count
        && a.members.allSatisfy { b[$0.key].map($0.value.equalsInPatch) ?? false }
    default: return false
    }
  }
}
