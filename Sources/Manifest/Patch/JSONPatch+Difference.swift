extension JSONPatch {
  /// A patch that turns `old` into `new`, both objects or both lists: what differs is replaced
  /// where it stands, elements of lists are compared place by place.
  ///
  /// `difference(from: b, to: a)` undoes `difference(from: a, to: b)`.
  public static func difference(from old: JSONValue, to new: JSONValue) -> JSONPatch {
    var operations: [Operation] = []
    collect(from: old, to: new, at: "", into: &operations)
    return JSONPatch(operations)
  }

  private static func collect(
    from old: JSONValue, to new: JSONValue, at path: String, into operations: inout [Operation]
  ) {
    switch (old, new) {
    case (.object(let a), .object(let b)):
      // Names the library cannot reach are replaced together with the object around them.
      let unreachable = a[""] != nil || b[""] != nil
      if unreachable {
        if a != b { operations.append(Operation(.replace, path, new)) }
        return
      }
      for key in a.keys where b[key] == nil {
        operations.append(Operation(.remove, path + "/" + JSONPointer.escaped(key)))
      }
      for (key, value) in b.members {
        let below = path + "/" + JSONPointer.escaped(key)
        if let before = a[key] {
          collect(from: before, to: value, at: below, into: &operations)
        } else {
          operations.append(Operation(.add, below, value))
        }
      }
    case (.array(let a), .array(let b)):
      for i in 0..<min(a.count, b.count) {
        collect(from: a[i], to: b[i], at: "\(path)/\(i)", into: &operations)
      }
      for i in b.count..<max(a.count, b.count) {
        operations.append(Operation(.remove, "\(path)/\(a.count - 1 - (i - b.count))"))
      }
      for value in b.dropFirst(a.count) { operations.append(Operation(.add, path + "/-", value)) }
    default:
      if old != new { operations.append(Operation(.replace, path, new)) }
    }
  }
}
