extension YAMLDocument {
  /// Makes the text say another value with as few changes as can be found: what is the same in
  /// both keeps its lines. On a failure nothing has changed.
  public mutating func become(_ new: JSONValue) throws(YAMLEditFailure) {
    var copy = self
    try copy.become(new, at: JSONPointer())
    self = copy
  }

  private mutating func become(
    _ new: JSONValue, at pointer: JSONPointer
  ) throws(YAMLEditFailure) {
    guard let old = value[pointer], old != new else { return }
    let before = self
    do {
      switch (old, new) {
      case (.object(let a), .object(let b)) where !a.isEmpty && !b.isEmpty:
        try become(b, from: a, at: pointer)
      case (.array(let a), .array(let b)) where !a.isEmpty && !b.isEmpty:
        try become(b, from: a, at: pointer)
      default: try apply(.set(new, at: pointer))
      }
    } catch {
      guard error.reason == .unclear else { throw error }
      self = before
      try apply(.set(new, at: pointer))
    }
  }

  private mutating func become(
    _ new: JSONObject, from old: JSONObject, at pointer: JSONPointer
  ) throws(YAMLEditFailure) {
    // First what is new, so that no collection is ever empty on the way.
    for (key, value) in new.members where old[key] == nil {
      try apply(.set(value, at: pointer.appending(key)))
    }
    for (key, value) in new.members where old[key] != nil {
      try become(value, at: pointer.appending(key))
    }
    for key in old.keys where new[key] == nil { try apply(.remove(pointer.appending(key))) }
  }

  private mutating func become(
    _ new: [JSONValue], from old: [JSONValue], at pointer: JSONPointer
  ) throws(YAMLEditFailure) {
    if old.count == new.count, old.count <= 1000, Set(old) == Set(new),
      try permute(old, into: new, at: pointer)
    {
      return
    }
    var gaps: [(old: Range<Int>, new: Range<Int>)] = []
    var (i, j) = (0, 0)
    for match in SequenceDiff.matches(old, new) {
      gaps.append((i..<match.old, j..<match.new))
      (i, j) = (match.old + 1, match.new + 1)
    }
    gaps.append((i..<old.count, j..<new.count))
    // From the end, so that what comes before keeps its index.
    for gap in gaps.reversed() {
      let both = min(gap.old.count, gap.new.count)
      let end = gap.old.lowerBound + both
      for k in (gap.new.lowerBound + both..<gap.new.upperBound).reversed() {
        try apply(.insert(new[k], at: pointer.appending(String(end))))
      }
      for k in 0..<both {
        try become(
          new[gap.new.lowerBound + k], at: pointer.appending(String(gap.old.lowerBound + k)))
      }
      for k in (end..<max(end, gap.old.upperBound)).reversed() {
        try apply(.remove(pointer.appending(String(k))))
      }
    }
  }

  /// The same elements in another order; false when they are not.
  private mutating func permute(
    _ old: [JSONValue], into new: [JSONValue], at pointer: JSONPointer
  ) throws(YAMLEditFailure) -> Bool {
    var present = old
    var moves: [(from: Int, to: Int)] = []
    for (target, value) in new.enumerated() {
      guard let from = present[target...].firstIndex(of: value) else { return false }
      if from != target { moves.append((from, target)) }
      present.insert(present.remove(at: from), at: target)
    }
    for (from, to) in moves { try apply(.move(pointer.appending(String(from)), to: to)) }
    return true
  }
}
