import Manifest

/// Two people's changes of one policy, brought together: what only one of them changed is taken
/// from them, what both changed in different ways is a conflict, which a person decides.
///
/// Values in, value out: nothing is remembered, so a decision that is taken back leaves no trace.
public struct OverrideMerge: Hashable, Sendable {
  public enum Choice: String, Hashable, Sendable, CaseIterable {
    case mine, theirs, base
    /// Of elements of a list: theirs, then mine.
    case both
  }

  /// A place that both changed, and not to the same.
  public struct Conflict: Hashable, Sendable, Identifiable {
    /// From 0, in the order of the policy; the same whatever is chosen.
    public var id: Int
    /// In the base; of elements of a list, the first of them.
    public var pointer: JSONPointer
    /// nil where there is nothing. Elements of a list come as a list of them.
    public var base: JSONValue?
    public var mine: JSONValue?
    public var theirs: JSONValue?
    /// It is about elements of a list, so both may stay.
    public var isElements: Bool

    public var choices: [Choice] {
      isElements ? [.mine, .theirs, .both, .base] : [.mine, .theirs, .base]
    }
  }

  public let base: JSONValue
  public let mine: JSONValue
  public let theirs: JSONValue
  /// What both changed in different ways.
  public let conflicts: [Conflict]
  /// Places that only the others changed, in their version: what comes into mine by itself.
  public let theirChanges: [JSONPointer]

  /// Of what people may change of a policy; what only servers write is left out on all sides.
  public init(base: JSONValue, mine: JSONValue, theirs: JSONValue) {
    self.base = OverrideDraft.editable(base)
    self.mine = OverrideDraft.editable(mine)
    self.theirs = OverrideDraft.editable(theirs)
    var run = Run(choices: [:])
    _ = run.merge(self.base, self.mine, self.theirs, [])
    conflicts = run.conflicts
    theirChanges = JSONDifference.between(self.base, self.theirs).map(\.path)
  }

  /// The policy as decided; nil while a conflict is not.
  public func merged(_ choices: [Int: Choice]) -> JSONValue? {
    guard conflicts.allSatisfy({ choices[$0.id] != nil }) else { return nil }
    return preview(choices)
  }

  /// The same with mine where nothing is decided yet.
  public func preview(_ choices: [Int: Choice]) -> JSONValue {
    var run = Run(choices: choices)
    return run.merge(base, mine, theirs, []) ?? mine
  }
}

/// One way through the three documents.
private struct Run {
  let choices: [Int: OverrideMerge.Choice]
  var conflicts: [OverrideMerge.Conflict] = []

  mutating func merge(
    _ base: JSONValue?, _ mine: JSONValue?, _ theirs: JSONValue?, _ path: [String]
  ) -> JSONValue? {
    if mine == theirs || theirs == base { return mine }
    if mine == base { return theirs }
    switch (base, mine, theirs) {
    case (let base, .object(let a)?, .object(let b)?) where base == nil || base?.object != nil:
      return .object(members(base?.object ?? [:], a, b, path))
    case (.array(let base)?, .array(let a)?, .array(let b)?):
      return .array(elements(base, a, b, path))
    default:
      return decide(
        OverrideMerge.Conflict(
          id: conflicts.count, pointer: JSONPointer(tokens: path), base: base, mine: mine,
          theirs: theirs, isElements: false))
    }
  }

  private mutating func decide(_ conflict: OverrideMerge.Conflict) -> JSONValue? {
    conflicts.append(conflict)
    switch choices[conflict.id] {
    case .mine, nil: return conflict.mine
    case .theirs: return conflict.theirs
    case .base: return conflict.base
    case .both:
      return .array((conflict.theirs?.array ?? []) + (conflict.mine?.array ?? []))
    }
  }

  private mutating func members(
    _ base: JSONObject, _ mine: JSONObject, _ theirs: JSONObject, _ path: [String]
  ) -> JSONObject {
    var merged = JSONObject()
    let keys = Array(mine.keys) + theirs.keys.filter { mine[$0] == nil }
    for key in keys {
      merged[key] = merge(base[key], mine[key], theirs[key], path + [key])
    }
    return merged
  }

  /// Between elements that all three have, each stretch is somebody's change or a conflict.
  private mutating func elements(
    _ base: [JSONValue], _ mine: [JSONValue], _ theirs: [JSONValue], _ path: [String]
  ) -> [JSONValue] {
    var merged: [JSONValue] = []
    var (b, m, t) = (0, 0, 0)
    let inMine = Dictionary(
      SequenceDiff.matches(base, mine).map { ($0.old, $0.new) }, uniquingKeysWith: { a, _ in a })
    let inTheirs = Dictionary(
      SequenceDiff.matches(base, theirs).map { ($0.old, $0.new) }, uniquingKeysWith: { a, _ in a })
    for i in base.indices {
      guard let j = inMine[i], let k = inTheirs[i] else { continue }
      merged += stretch(base[b..<i], mine[m..<j], theirs[t..<k], path, at: b)
      merged.append(base[i])
      (b, m, t) = (i + 1, j + 1, k + 1)
    }
    return merged + stretch(base[b...], mine[m...], theirs[t...], path, at: b)
  }

  private mutating func stretch(
    _ base: ArraySlice<JSONValue>, _ mine: ArraySlice<JSONValue>, _ theirs: ArraySlice<JSONValue>,
    _ path: [String], at index: Int
  ) -> [JSONValue] {
    if mine.elementsEqual(theirs) || theirs.elementsEqual(base) { return Array(mine) }
    if mine.elementsEqual(base) { return Array(theirs) }
    if base.count == mine.count, base.count == theirs.count {
      // The same elements, changed in place by both.
      var merged: [JSONValue] = []
      for i in 0..<base.count {
        let value = merge(
          base[base.startIndex + i], mine[mine.startIndex + i], theirs[theirs.startIndex + i],
          path + [String(index + i)])
        if let value { merged.append(value) }
      }
      return merged
    }
    let conflict = OverrideMerge.Conflict(
      id: conflicts.count, pointer: JSONPointer(tokens: path + [String(index)]),
      base: .array(Array(base)), mine: .array(Array(mine)), theirs: .array(Array(theirs)),
      isElements: true)
    return decide(conflict)?.array ?? []
  }
}
