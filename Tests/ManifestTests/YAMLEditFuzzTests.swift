import Manifest
import TestSupport
import Testing

/// Texts of all shapes, and edits of all kinds.
private struct RandomYAML {
  var random: RandomJSON

  init(seed: UInt64) { random = RandomJSON(seed: seed) }

  mutating func chance(_ one: Int) -> Bool {
    Int.random(in: 0..<one, using: &random.generator) == 0
  }
  mutating func pick<T>(_ choices: [T]) -> T {
    choices[Int.random(in: 0..<choices.count, using: &random.generator)]
  }

  /// Without what YAML cannot hold unescaped, and what ends lines in some programs only.
  mutating func string() -> String {
    String(
      String.UnicodeScalarView(
        random.string().unicodeScalars.filter { scalar in
          switch scalar.value {
          case 0x0A, 0x20...0x7E, 0xA0...0x2027, 0x2030...0xD7FF, 0x1_0000...0x1_FFFF: true
          default: false
          }
        }))
  }

  // MARK: Texts

  /// A document in the layouts that people use: comments, empty lines, both indentations, flow
  /// collections over several lines, every kind of scalar.
  mutating func text() -> String {
    var lines: [String] = []
    if chance(3) { lines += ["# head", ""] }
    if chance(6) { lines.append("---") }
    let step = pick([2, 2, 2, 4, 3])
    let list = pick([0, 0, 2, step])
    lines += block(object(3), column: 0, step: step, list: list)
    if chance(4) { lines += ["", "# tail"] }
    if chance(8) { lines.append("...") }
    let text = lines.joined(separator: chance(4) ? "\r\n" : "\n")
    return chance(4) ? text : text + (text.contains("\r\n") ? "\r\n" : "\n")
  }

  private mutating func object(_ depth: Int) -> JSONValue {
    var object = JSONObject()
    for key in ["a", "b", "yes", "x/y", "c d", "n~0"].shuffled(using: &random.generator)
      .prefix(Int.random(in: 1...4, using: &random.generator))
    { object[key] = value(depth - 1) }
    return .object(object)
  }

  mutating func value(_ depth: Int) -> JSONValue {
    switch Int.random(in: 0..<(depth > 0 ? 9 : 5), using: &random.generator) {
    case 0: return .string(string())
    case 1: return pick(["x", "3306", "a\nb\n", "a\n\n  b", "x\n\n", "*", "it's", "", "a # b"])
    case 2: return .int(Int64(Int.random(in: -3...3, using: &random.generator)))
    case 3: return pick([true, nil, 1.5, [], [:]])
    case 4: return .string(pick(["plain", "two words", "true", "a: b"]))
    case 5, 6:
      return .array(
        (0..<Int.random(in: 1...3, using: &random.generator)).map { _ in value(depth - 1) })
    default: return object(depth)
    }
  }

  private mutating func block(
    _ value: JSONValue, column: Int, step: Int, list: Int
  ) -> [String] {
    var lines: [String] = []
    let pad = String(repeating: " ", count: column)
    func add(_ head: String, _ inner: [String], onNext: Bool) {
      if onNext {
        lines.append(head)
        lines += inner
      } else {
        lines.append(head + " " + (inner.first ?? "").drop { $0 == " " })
        lines += inner.dropFirst()
      }
    }
    func isNested(_ value: JSONValue) -> Bool {
      switch value {
      case .array(let list): !list.isEmpty
      case .object(let object): !object.isEmpty
      default: false
      }
    }
    let members: [(String, JSONValue)]
    let isList: Bool
    switch value {
    case .array(let list): (members, isList) = (list.map { ("", $0) }, true)
    case .object(let object): (members, isList) = (object.members.map { ($0.key, $0.value) }, false)
    default: return [pad + scalar(value, column: column)]
    }
    for (key, value) in members {
      if chance(6) { lines.append("") }
      if chance(5) { lines.append(pad + "# about it") }
      let head = isList ? pad + "-" : pad + scalar(.string(key), column: 0, isKey: true) + ":"
      let comment = chance(6) ? " # note" : ""
      if isNested(value), !chance(4) {
        var inner = column + step
        if case .array = value { inner = column + list }
        if isList { inner = column + 2 }
        let text = block(value, column: inner, step: step, list: list)
        let mustBreak =
          !isList || !comment.isEmpty || (text.first ?? "").contains("#")
          || text.first == ""
        add(head + comment, text, onNext: mustBreak)
        if chance(6) { lines.append(String(repeating: " ", count: inner) + "# below") }
      } else if case .string(let string) = value, string.hasSuffix("\n"), string.first != "\n",
        string.first != " ", string.first != "\t", chance(2),
        string.unicodeScalars.allSatisfy({ $0 == "\n" || (0x20...0x7E).contains($0.value) }),
        string.contains(where: { $0 != "\n" && $0 != " " })
      {
        lines.append(head + (string.hasSuffix("\n\n") ? " |+" : " |") + comment)
        for line in string.dropLast().split(separator: "\n", omittingEmptySubsequences: false) {
          lines.append(line.isEmpty ? "" : pad + "   " + line)
        }
      } else {
        lines.append(head + " " + flow(value) + comment)
      }
    }
    return lines
  }

  private mutating func scalar(_ value: JSONValue, column: Int, isKey: Bool = false) -> String {
    let written = YAML.write(value)
    let line = written.split(separator: "\n", omittingEmptySubsequences: false)
    if line.count == 2, !isKey || !chance(4) { return String(line[0]) }
    return value.jsonText().contains("\u{7F}") ? "q" : value.jsonText()
  }

  private mutating func flow(_ value: JSONValue) -> String {
    let gap = chance(4) ? pick(["\n              ", " # in\n           "]) : ""
    switch value {
    case .array(let list):
      return "[\(gap)" + list.map { flow($0) }.joined(separator: pick([", ", ",", " , "])) + "]"
    case .object(let object):
      return "{\(gap)"
        + object.members.map { "\(JSONValue.string($0.key).jsonText()): \(flow($0.value))" }
        .joined(separator: ", ") + "}"
    default: return value.jsonText()
    }
  }

  // MARK: Edits

  mutating func pointer(in value: JSONValue) -> JSONPointer {
    var tokens: [String] = []
    var value = value
    while !chance(4) {
      switch value {
      case .object(let object) where !object.isEmpty:
        let key = pick(Array(object.keys))
        tokens.append(key)
        value = object[key] ?? .null
      case .array(let list) where !list.isEmpty:
        let index = Int.random(in: 0..<list.count, using: &random.generator)
        tokens.append(String(index))
        value = list[index]
      default: return JSONPointer(tokens: tokens)
      }
    }
    return JSONPointer(tokens: tokens)
  }

  mutating func edit(of document: JSONValue) -> YAMLEdit {
    let pointer = pointer(in: document)
    let parent = JSONPointer(tokens: Array(pointer.tokens.dropLast()))
    let count = document[parent]?.array?.count ?? 0
    switch Int.random(in: 0..<7, using: &random.generator) {
    case 0: return .set(value(2), at: pointer)
    case 1: return .set(value(0), at: pointer)
    case 2: return .insert(value(2), at: pointer.appending(pick(["-", "0", "new", "1"])))
    case 3: return .remove(pointer)
    case 4 where count > 0:
      return .move(pointer, to: Int.random(in: 0..<count, using: &random.generator))
    case 5: return .rename(pointer, to: string())
    default: return .set(value(2), at: pointer.appending(pick(["new", "a", "b"])))
    }
  }
}

@Suite struct YAMLEditFuzzTests {
  /// The edit itself proves that the text reads as it should; here nothing may be refused that
  /// has no reason to be, and the lines that an edit is not about must be the same.
  @Test(arguments: 0..<60)
  func everyEditOfEveryTextIsMadeAndTouchesItsOwnLines(seed: UInt64) throws {
    var random = RandomYAML(seed: seed)
    for _ in 0..<12 {
      let start = random.text()
      var document: YAMLDocument
      do { document = try YAMLDocument(parsing: start) } catch {
        Issue.record("\(error)\n\(start)")
        continue
      }
      for _ in 0..<12 {
        let edit = random.edit(of: document.value)
        let before = document
        let wanted: JSONValue
        do { wanted = try edit.applied(to: document.value) } catch { continue }
        do { try document.apply(edit) } catch {
          Issue.record("\(error)\n\(edit)\n\(before.text)")
          break
        }
        #expect(document.value == wanted)
        #expect(try YAML.parse(document.text) == [wanted])
        expectOthersUntouched(before, document, edit)
      }
    }
  }

  /// Whatever stands outside the parent of what an edit is about is the same, byte for byte.
  private func expectOthersUntouched(
    _ before: YAMLDocument, _ after: YAMLDocument, _ edit: YAMLEdit
  ) {
    var around = edit.pointer
    if !around.tokens.isEmpty { around.tokens.removeLast() }
    guard let place = before.place(of: around) else { return }
    let lines = before.text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false)
    let changed = after.text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false)
    let head = lines.prefix(place.lines.lowerBound - 1)
    #expect(
      zip(head, changed).allSatisfy { $0.elementsEqual($1) },
      "\(edit)\n\(before.text)\n\(after.text)")
    // A comment that lies deeper right below belongs to it.
    let tail = lines.dropFirst(place.lines.upperBound).filter { line in
      let text = line.drop { $0 == 0x20 }
      return !text.isEmpty && text.first != 0x0D && text.first != 0x23
    }
    let end = changed.filter { line in
      let text = line.drop { $0 == 0x20 }
      return !text.isEmpty && text.first != 0x0D && text.first != 0x23
    }.suffix(tail.count)
    #expect(
      tail.count == end.count && zip(tail, end).allSatisfy { $0.elementsEqual($1) },
      "\(edit)\n\(before.text)\n\(after.text)")
  }

  @Test(arguments: 0..<30)
  func becomesAnyValueFromAnyText(seed: UInt64) throws {
    var random = RandomYAML(seed: seed &+ 1000)
    for _ in 0..<10 {
      let text = random.text()
      var document = try YAMLDocument(parsing: text)
      var wanted = document.value
      for _ in 0..<Int.random(in: 1...4, using: &random.random.generator) {
        do { wanted = try random.edit(of: wanted).applied(to: wanted) } catch { continue }
      }
      do { try document.become(wanted) } catch {
        Issue.record("\(error)\n\(text)\n\(wanted.jsonText())")
      }
      #expect(document.value == wanted)
    }
  }

  @Test(arguments: 0..<20)
  func survivesAnyTextAndAnyEdit(seed: UInt64) throws {
    var random = RandomYAML(seed: seed &+ 2000)
    let seeds = [
      "a: &x [1, *x2]\nb: {c: *x, <<: *x}\n", "- !!str a\n- ? b\n  : c\n- \"\\u00e9\\x20\"\n",
      "%TAG ! tag:x,2000:\n---\na: !b c\n", "a: |2-\n    x\n\n  y\nb: >+\n\n  z\n\n",
      "[a, {b: c, d}, 'e\n f', \"g\n\n h\"]", "? |\n  a\n: - b\n", random.text(), random.text(),
    ]
    let parts = Array("&*!|>'\"%@`{}[],?:-# \n\tab0.~<\u{FEFF}\u{E000}é\0\r\u{85}".unicodeScalars)
    for _ in 0..<150 {
      var scalars = Array(random.pick(seeds).unicodeScalars)
      for _ in 0..<Int.random(in: 0..<6, using: &random.random.generator) {
        let at = Int.random(in: 0...scalars.count, using: &random.random.generator)
        if random.chance(2), at < scalars.count {
          scalars.remove(at: at)
        } else {
          scalars.insert(random.pick(parts), at: at)
        }
      }
      var document: YAMLDocument
      do { document = try YAMLDocument(parsing: String(String.UnicodeScalarView(scalars))) } catch {
        continue
      }
      for _ in 0..<4 {
        let edit = random.edit(of: document.value)
        let before = document
        do {
          try document.apply(edit)
          #expect(document.value == (try edit.applied(to: before.value)))
        } catch {
          #expect(document.text == before.text)
        }
        for line in 0..<6 { _ = document.pointer(atLine: line) }
      }
    }
  }
}
