/// One template on its way through one document.
struct JSONPathEvaluation {
  /// What a step finds. Numbers of the document are doubles, those of the template may be whole,
  /// and a wildcard takes a text apart into its bytes: they do not compare with one another.
  enum Found {
    case value(JSONValue)
    case int(Int)
    case byte(UInt8)
  }

  /// Values, and what went wrong while they were found: a filter that only asks whether something
  /// exists looks at the values all the same, as client-go does.
  private typealias Outcome = (values: [Found], failure: JSONPath.Failure?)

  private let nodes: [JSONPath.Node]
  /// Where the part that `results` works on begins; ranges move it on and nothing moves it back.
  private var root = 0
  private var beginRange = 0
  private var inRange = 0
  private var endRange = 0
  private var lastEnd: Int?
  /// Values touched; templates can be written that multiply without end.
  private var work = 0
  private static let workLimit = 2_000_000
  private static let depthLimit = 200

  init(nodes: [JSONPath.Node]) { self.nodes = nodes }

  mutating func results(_ data: Found, depth: Int = 0) throws(JSONPath.Failure) -> [[Found]] {
    guard depth < JSONPathEvaluation.depthLimit else { throw failure("ranges nested too deeply") }
    var all: [[Found]] = []
    var i = root
    while i < nodes.count {
      let outcome = walk([data], nodes[i])
      if let failure = outcome.failure { throw failure }
      if work > JSONPathEvaluation.workLimit { throw failure("the template finds too much") }
      if endRange > 0, endRange <= inRange {
        endRange -= 1
        lastEnd = i
        break
      }
      if beginRange > 0 {
        beginRange -= 1
        inRange += 1
        for value in outcome.values {
          root = i + 1
          all += try results(value, depth: depth + 1)
        }
        if outcome.values.isEmpty {
          root = i + 1
          _ = try results(.value(.null), depth: depth + 1)
        }
        inRange -= 1
        if let lastEnd, lastEnd > i { i = lastEnd }
      } else {
        all.append(outcome.values)
      }
      i += 1
    }
    return all
  }

  private func failure(_ what: String) -> JSONPath.Failure { JSONPath.Failure(.execute, what) }

  // MARK: Steps

  private mutating func walk(_ input: [Found], _ node: JSONPath.Node) -> Outcome {
    work += 1 + input.count
    guard work <= JSONPathEvaluation.workLimit else {
      return ([], failure("the template finds too much"))
    }
    switch node {
    case .list(let steps): return list(input, steps)
    case .text(let text): return ([.value(.string(text))], nil)
    case .field(let name): return field(input, name)
    case .array(let slice): return array(input, slice)
    case .filter(let left, let right, let comparison):
      return filter(input, left, right, comparison)
    case .int(let number): return (input.map { _ in .int(number) }, nil)
    case .double(let number): return (input.map { _ in .value(.double(number)) }, nil)
    case .bool(let flag): return (input.map { _ in .value(.bool(flag)) }, nil)
    case .wildcard:
      return (input.flatMap { children($0) }, nil)
    case .recursive:
      var found: [Found] = []
      recurse(input, into: &found)
      return (found, nil)
    case .union(let parts):
      var found: [Found] = []
      for part in parts {
        let outcome = list(input, part)
        if outcome.failure != nil { return (input, outcome.failure) }
        found += outcome.values
      }
      return (found, nil)
    case .identifier(let name): return identifier(input, name)
    }
  }

  private mutating func list(_ input: [Found], _ steps: [JSONPath.Node]) -> Outcome {
    var outcome: Outcome = (input, nil)
    for step in steps {
      outcome = walk(outcome.values, step)
      if outcome.failure != nil { break }
    }
    return outcome
  }

  private mutating func identifier(_ input: [Found], _ name: String) -> Outcome {
    switch name {
    case "range":
      beginRange += 1
      return (input, nil)
    case "end":
      guard inRange > 0 else { return ([], failure("end without range")) }
      endRange += 1
      return ([], nil)
    default:
      return (input, failure("\(name) is no word that is known"))
    }
  }

  private func field(_ input: [Found], _ name: String) -> Outcome {
    var found: [Found] = []
    for case .value(.object(let object)) in input {
      if let value = object[name] { found.append(.value(value)) }
    }
    return found.isEmpty && !input.isEmpty
      ? ([], failure("\(name) is not found")) : (found, nil)
  }

  private mutating func children(_ found: Found) -> [Found] {
    guard case .value(let value) = found else { return [] }
    let children: [Found]
    switch value {
    case .object(let object): children = object.sortedByKey.map { .value($0.value) }
    case .array(let elements): children = elements.map { .value($0) }
    case .string(let text): children = text.utf8.map { .byte($0) }
    default: children = []
    }
    work += children.count
    return children
  }

  /// Every object, list and text that holds anything, from the outside in.
  private mutating func recurse(_ input: [Found], into found: inout [Found]) {
    for value in input {
      guard work <= JSONPathEvaluation.workLimit else { return }
      let inside = children(value)
      if !inside.isEmpty {
        found.append(value)
        recurse(inside, into: &found)
      }
    }
  }

  // MARK: Lists

  private func array(_ input: [Found], _ slice: JSONPath.Slice) -> Outcome {
    var found: [Found] = []
    for value in input {
      if case .value(.null) = value { continue }
      guard case .value(.array(let elements)) = value else {
        return (input, failure("an index is used on what is no list"))
      }
      let count = elements.count
      var first = slice.first ?? 0
      if first < 0 { first += count }
      var end = slice.end ?? count
      if end < 0 || end == 0 && slice.isIndex { end += count }
      if first == end { return (found, nil) }
      for (index, isOutside) in [
        (first, first >= count || first < 0), (end &- 1, end > count || end < 0),
      ] where isOutside {
        return (input, failure("index \(index) is outside a list of \(count)"))
      }
      guard first <= end else {
        return (input, failure("a list cannot be taken from \(first) to \(end)"))
      }
      guard (slice.step ?? 1) > 0 else { return (input, failure("the step must be above 0")) }
      for i in stride(from: first, to: end, by: slice.step ?? 1) {
        found.append(.value(elements[i]))
      }
    }
    return (found, nil)
  }

  private mutating func filter(
    _ input: [Found], _ left: [JSONPath.Node], _ right: [JSONPath.Node],
    _ comparison: JSONPath.Comparison
  ) -> Outcome {
    var found: [Found] = []
    for value in input {
      guard case .value(.array(let elements)) = value else {
        return (input, failure("a filter is used on what is no list"))
      }
      for element in elements {
        let lefts = list([.value(element)], left)
        if comparison == .exists {
          if !lefts.values.isEmpty { found.append(.value(element)) }
          continue
        }
        if lefts.failure != nil { return (input, lefts.failure) }
        if lefts.values.isEmpty { continue }
        let tooMany = failure("only one value can be compared at a time")
        guard lefts.values.count == 1 else { return (input, tooMany) }
        let rights = list([.value(element)], right)
        if rights.failure != nil { return (input, rights.failure) }
        if rights.values.isEmpty { continue }
        guard rights.values.count == 1 else { return (input, tooMany) }
        do {
          if try lefts.values[0].compares(with: rights.values[0], by: comparison) {
            found.append(.value(element))
          }
        } catch {
          return (found, error)
        }
      }
    }
    return (found, nil)
  }
}

extension JSONPathEvaluation.Found {
  /// A value of a kind that can be compared.
  private enum Operand {
    case bool(Bool), int(Int), byte(UInt8), double(Double), string(String)
  }

  private var operand: Operand? {
    switch self {
    case .int(let number): .int(number)
    case .byte(let byte): .byte(byte)
    case .value(.bool(let flag)): .bool(flag)
    case .value(.string(let text)): .string(text)
    case .value(.int(let number)): .double(Double(number))
    case .value(.double(let number)): .double(number)
    case .value(.number(let text)): Double(text).map { .double($0) }
    case .value: nil
    }
  }

  func compares(
    with other: JSONPathEvaluation.Found, by comparison: JSONPath.Comparison
  ) throws(JSONPath.Failure) -> Bool {
    func failure(_ what: String) -> JSONPath.Failure { JSONPath.Failure(.execute, what) }
    switch comparison {
    case .unknown(let text): throw failure("\(text) is no comparison that is known")
    case .matches:
      guard case .value(.string(let text)) = self, case .value(.string(let pattern)) = other else {
        throw failure("=~ compares texts only")
      }
      do { return try GoRegex(pattern).isFound(in: text) } catch { throw failure(error.what) }
    default: break
    }
    guard let a = operand, let b = other.operand else {
      throw failure("objects, lists and null cannot be compared")
    }
    let order: (isLess: Bool, isEqual: Bool)
    switch (a, b) {
    case (.bool(let a), .bool(let b)):
      guard comparison == .equal || comparison == .notEqual else {
        throw failure("true and false have no order")
      }
      order = (false, a == b)
    case (.int(let a), .int(let b)): order = (a < b, a == b)
    case (.byte(let a), .byte(let b)): order = (a < b, a == b)
    case (.double(let a), .double(let b)): order = (a < b, a == b)
    case (.string(let a), .string(let b)):
      order = (a.utf8.lexicographicallyPrecedes(b.utf8), a.utf8.elementsEqual(b.utf8))
    default:
      throw failure("values of different kinds cannot be compared; write whole numbers as 1.0")
    }
    return switch comparison {
    case .less: order.isLess
    case .lessOrEqual: order.isLess || order.isEqual
    case .greater: !(order.isLess || order.isEqual)
    case .greaterOrEqual: !order.isLess
    case .notEqual: !order.isEqual
    default: order.isEqual
    }
  }

  func print(to out: inout [UInt8]) {
    switch self {
    case .int(let number): out += Array(String(number).utf8)
    case .byte(let byte): out += Array(String(byte).utf8)
    case .value(.string(let text)): out += Array(text.utf8)
    case .value(.int(let number)): out += Array(GoNumber.general(Double(number)).utf8)
    case .value(.double(let number)): out += Array(GoNumber.general(number).utf8)
    case .value(.number(let text)):
      out += Array((Double(text).map(GoNumber.general) ?? text).utf8)
    case .value(let value): value.asDoubles.writeGoJSON(to: &out)
    }
  }
}

extension JSONValue {
  /// Numbers as Go holds them after reading JSON into an `interface{}`: doubles all.
  fileprivate var asDoubles: JSONValue {
    switch self {
    case .int(let number):
      // Exact up to 2^53; beyond it the nearest double counts.
      Int64(-1) << 53...Int64(1) << 53 ~= number ? self : .double(Double(number))
    case .number(let text): Double(text).map { $0.isFinite ? .double($0) : self } ?? self
    case .array(let elements): .array(elements.map(\.asDoubles))
    case .object(let object): .object(JSONObject(object.members.mapValues(\.asDoubles)))
    default: self
    }
  }
}
