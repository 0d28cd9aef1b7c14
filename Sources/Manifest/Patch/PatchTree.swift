import OrderedCollections

/// A document that a patch can open level by level: a value in memory, or JSON text of which
/// everything the patch does not touch stays as it was written.
protocol PatchTree {
  init(_ value: JSONValue)
  init(_ contents: PatchContents<Self>)
  /// Takes the contents out, leaving nothing behind, so that they can be changed in place.
  mutating func take() -> PatchContents<Self>
  var isContainer: Bool { get }
  var jsonValue: JSONValue { get }
}

/// One level of a document.
enum PatchContents<Tree: PatchTree> {
  case object(OrderedDictionary<String, Tree>)
  case array([Tree])
  case scalar(Tree)
}

extension JSONValue: PatchTree {
  init(_ value: JSONValue) { self = value }

  init(_ contents: PatchContents<JSONValue>) {
    switch contents {
    case .object(let members): self = .object(JSONObject(members))
    case .array(let elements): self = .array(elements)
    case .scalar(let value): self = value
    }
  }

  mutating func take() -> PatchContents<JSONValue> {
    switch self {
    case .object(let object):
      self = .null
      return .object(object.members)
    case .array(let elements):
      self = .null
      return .array(elements)
    default:
      return .scalar(self)
    }
  }

  var isContainer: Bool {
    switch self {
    case .object, .array: true
    default: false
    }
  }

  var jsonValue: JSONValue { self }
}

/// JSON text opened only where a patch goes: numbers and escapes elsewhere stay as written.
enum PatchText: PatchTree {
  case raw(ArraySlice<UInt8>)
  indirect case opened(PatchContents<PatchText>)

  init(_ value: JSONValue) { self = .raw(value.goJSON()[...]) }
  init(_ contents: PatchContents<PatchText>) { self = .opened(contents) }

  /// One whole JSON text with nothing but white space around it.
  init(parsing bytes: [UInt8]) throws(JSONScanner.Failure) {
    let range = try bytes.withUnsafeBufferPointer { buffer throws(JSONScanner.Failure) in
      var scanner = JSONScanner(UnsafeRawBufferPointer(buffer))
      let range = try scanner.rawValue()
      try scanner.finish()
      return range
    }
    self = .raw(bytes[range])
  }

  var isContainer: Bool {
    switch self {
    case .raw(let bytes): bytes.first == 0x7B || bytes.first == 0x5B
    case .opened(.scalar): false
    case .opened: true
    }
  }

  mutating func take() -> PatchContents<PatchText> {
    defer { self = .raw([]) }
    switch self {
    case .opened(let contents): return contents
    case .raw(let bytes):
      // The text was found well-formed when the document was read.
      do { return try PatchText.open(bytes) } catch { return .scalar(self) }
    }
  }

  private static func open(
    _ bytes: ArraySlice<UInt8>
  ) throws(JSONScanner.Failure) -> PatchContents<PatchText> {
    guard let first = bytes.first, first == 0x7B || first == 0x5B else {
      return .scalar(.raw(bytes))
    }
    return try bytes.withUnsafeBufferPointer { buffer throws(JSONScanner.Failure) in
      var scanner = JSONScanner(UnsafeRawBufferPointer(buffer))
      let start = bytes.startIndex
      func slice(_ range: Range<Int>) -> PatchText {
        .raw(bytes[start + range.lowerBound..<start + range.upperBound])
      }
      if first == 0x7B {
        var members: OrderedDictionary<String, PatchText> = [:]
        try scanner.object { key, scanner throws(JSONScanner.Failure) in
          members[key.text] = slice(try scanner.rawValue())
        }
        return .object(members)
      }
      var elements: [PatchText] = []
      try scanner.array { scanner throws(JSONScanner.Failure) in
        elements.append(slice(try scanner.rawValue()))
      }
      return .array(elements)
    }
  }

  var jsonValue: JSONValue {
    switch self {
    case .raw(let bytes):
      do { return try JSONValue(parsing: bytes) } catch { return .null }
    case .opened(.scalar(let inner)): return inner.jsonValue
    case .opened(.array(let elements)): return .array(elements.map(\.jsonValue))
    case .opened(.object(let members)): return .object(JSONObject(members.mapValues(\.jsonValue)))
    }
  }

  /// The document on one line, as Go writes it: without spaces, `<`, `>` and `&` escaped.
  func write(to out: inout [UInt8]) {
    switch self {
    case .raw(let bytes): GoJSON.compact(bytes, to: &out)
    case .opened(.scalar(let inner)): inner.write(to: &out)
    case .opened(.array(let elements)):
      out.append(0x5B)
      for (i, element) in elements.enumerated() {
        if i > 0 { out.append(0x2C) }
        element.write(to: &out)
      }
      out.append(0x5D)
    case .opened(.object(let members)):
      out.append(0x7B)
      for (i, member) in members.enumerated() {
        if i > 0 { out.append(0x2C) }
        GoJSON.write(member.key, to: &out)
        out.append(0x3A)
        member.value.write(to: &out)
      }
      out.append(0x7D)
    }
  }
}
