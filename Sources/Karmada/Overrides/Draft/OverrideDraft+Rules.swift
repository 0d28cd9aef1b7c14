import Manifest

extension OverrideDraft {
  private static let rules = JSONPointer(tokens: ["spec", "overrideRules"])

  /// How many rules there are.
  public var ruleCount: Int { self[Self.rules]?.array?.count ?? 0 }

  public static func pointer(rule: Int) -> JSONPointer { rules.appending(String(rule)) }

  public static func pointer(rule: Int, _ kind: OverriderKind) -> JSONPointer {
    JSONPointer(tokens: rules.tokens + [String(rule), "overriders", kind.rawValue])
  }

  public static func pointer(rule: Int, _ kind: OverriderKind, _ index: Int) -> JSONPointer {
    pointer(rule: rule, kind).appending(String(index))
  }

  /// Which overrider a field belongs to; nil outside of any.
  public static func overrider(
    at pointer: JSONPointer
  ) -> (kind: OverriderKind, index: Int, rule: Int)? {
    let tokens = pointer.tokens
    guard tokens.count >= 6, tokens.starts(with: rules.tokens), tokens[3] == "overriders",
      let rule = Int(tokens[2]), let kind = OverriderKind(rawValue: tokens[4]),
      let index = Int(tokens[5])
    else { return nil }
    return (kind, index, rule)
  }

  // MARK: Lists

  /// Adds a rule at an index, by default as the last.
  public mutating func addRule(
    _ rule: JSONValue = ["overriders": [:]], at index: Int? = nil
  ) throws(OverrideDraftFailure) {
    try insert(rule, into: Self.rules, at: index)
  }

  /// Adds an overrider to a rule; without a value one with nothing but its required fields.
  public mutating func addOverrider(
    _ kind: OverriderKind, _ value: JSONValue? = nil, toRule rule: Int, at index: Int? = nil
  ) throws(OverrideDraftFailure) {
    guard 0..<ruleCount ~= rule else { throw missing(Self.pointer(rule: rule)) }
    let list = Self.pointer(rule: rule, kind)
    try insert(value ?? OverrideDraft.blank(list), into: list, at: index)
  }

  /// Adds an element to any list of the policy; without a value one with nothing but its required
  /// fields. Where the list, or what it stands in, is not there yet it is made.
  public mutating func add(
    _ value: JSONValue? = nil, to list: JSONPointer, at index: Int? = nil
  ) throws(OverrideDraftFailure) {
    try insert(value ?? OverrideDraft.blank(list), into: list, at: index)
  }

  private static func blank(_ list: JSONPointer) -> JSONValue {
    OverrideSchema.field(at: list)?.child("0")?.blank ?? ""
  }

  private mutating func insert(
    _ value: JSONValue, into list: JSONPointer, at index: Int?
  ) throws(OverrideDraftFailure) {
    if let there = self[list]?.array {
      let token = index.map { String($0) } ?? "-"
      // An empty list may be written as null, which an insertion would take for an object.
      guard !there.isEmpty else { return try set([value], at: list) }
      try apply(.insert(value, at: list.appending(token)))
    } else {
      try set([value], at: list)
    }
  }

  /// Sets a field; where what it stands in is not there yet it is made.
  public mutating func set(
    _ value: JSONValue, at pointer: JSONPointer, isTyping: Bool = false
  ) throws(OverrideDraftFailure) {
    var value = value
    var pointer = pointer
    while let last = pointer.tokens.last {
      let parent = JSONPointer(tokens: Array(pointer.tokens.dropLast()))
      if let container = self[parent], container != .null { break }
      value = .object([last: value])
      pointer = parent
    }
    try apply(.set(value, at: pointer), isTyping: isTyping)
  }

  /// Takes a field or an element of a list away, and with the last element of a list the list.
  public mutating func remove(_ pointer: JSONPointer) throws(OverrideDraftFailure) {
    guard self[pointer] != nil else { throw missing(pointer) }
    var pointer = pointer
    let parent = JSONPointer(tokens: Array(pointer.tokens.dropLast()))
    if self[parent]?.array?.count == 1 { pointer = parent }
    try apply(.remove(pointer))
  }

  /// Puts a copy of an element behind it.
  public mutating func duplicate(_ pointer: JSONPointer) throws(OverrideDraftFailure) {
    guard let value = self[pointer] else { throw missing(pointer) }
    guard let (list, index) = element(pointer) else { throw noElement(pointer) }
    try insert(value, into: list, at: index + 1)
  }

  /// Moves an element within its list.
  public mutating func move(_ pointer: JSONPointer, to target: Int) throws(OverrideDraftFailure) {
    guard self[pointer] != nil else { throw missing(pointer) }
    guard let (list, _) = element(pointer) else { throw noElement(pointer) }
    guard 0..<(self[list]?.array?.count ?? 0) ~= target else {
      throw OverrideDraftFailure(
        .missing, "it is the \(target < 0 ? "first" : "last") of its list")
    }
    try apply(.move(pointer, to: target))
  }

  /// Moves an overrider into another rule, as the last of its kind there.
  public mutating func moveOverrider(
    _ kind: OverriderKind, _ index: Int, ofRule rule: Int, toRule target: Int
  ) throws(OverrideDraftFailure) {
    let pointer = Self.pointer(rule: rule, kind, index)
    guard let value = self[pointer] else { throw missing(pointer) }
    guard 0..<ruleCount ~= target else { throw missing(Self.pointer(rule: target)) }
    if rule == target { return }
    try together { draft throws(OverrideDraftFailure) in
      try draft.insert(value, into: Self.pointer(rule: target, kind), at: nil)
      try draft.remove(pointer)
    }
  }

  /// Several changes that are undone as one; all of them or none.
  mutating func together(
    _ body: (inout OverrideDraft) throws(OverrideDraftFailure) -> Void
  ) throws(OverrideDraftFailure) {
    var copy = OverrideDraft(text: text, base: base, baseText: baseText)
    try body(&copy)
    setText(copy.text)
  }

  private func element(_ pointer: JSONPointer) -> (list: JSONPointer, index: Int)? {
    guard let last = pointer.tokens.last, let index = Int(last) else { return nil }
    let list = JSONPointer(tokens: Array(pointer.tokens.dropLast()))
    return self[list]?.array.map { _ in (list, index) }
  }

  private func noElement(_ pointer: JSONPointer) -> OverrideDraftFailure {
    OverrideDraftFailure(
      .missing, "\(FieldPath.text(pointer)) is no element of a list: put the cursor on one")
  }

  private func missing(_ pointer: JSONPointer) -> OverrideDraftFailure {
    OverrideDraftFailure(.missing, "there is nothing at \(FieldPath.text(pointer))")
  }

  // MARK: Whole policies

  /// Moves the deprecated spec.targetCluster and spec.overriders into a rule of their own, the
  /// first, where they count.
  public mutating func adoptTopLevel() throws(OverrideDraftFailure) {
    var rule: JSONObject = [:]
    for key in ["targetCluster", "overriders"] {
      let pointer = JSONPointer(tokens: ["spec", key])
      if let value = self[pointer], value != .null, value != [:] { rule[key] = value }
    }
    if rule.isEmpty { return }
    if rule["overriders"] == nil { rule["overriders"] = [:] }
    try together { draft throws(OverrideDraftFailure) in
      try draft.insert(.object(rule), into: Self.rules, at: 0)
      for key in ["targetCluster", "overriders"] {
        let pointer = JSONPointer(tokens: ["spec", key])
        if draft[pointer] != nil { try draft.remove(pointer) }
      }
    }
  }
}
