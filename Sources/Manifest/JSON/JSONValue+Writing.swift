extension JSONValue {
  /// UTF-8 JSON: on one line without spaces, or `pretty` with two spaces a level.
  ///
  /// Members keep their order unless `sortedKeys`, which sorts by bytes as Go does. What was read
  /// as a double stays recognisable as one (`1.0`). A double that is not finite becomes `null`.
  public func serialized(pretty: Bool = false, sortedKeys: Bool = false) -> [UInt8] {
    var writer = JSONWriter(pretty: pretty, sortedKeys: sortedKeys)
    writer.write(self, indent: 0)
    return writer.out
  }

  /// `serialized`, as a string.
  public func jsonText(pretty: Bool = false, sortedKeys: Bool = false) -> String {
    String(decoding: serialized(pretty: pretty, sortedKeys: sortedKeys), as: UTF8.self)
  }
}

extension JSONObject {
  /// The members in the order of their names' bytes.
  public var sortedByKey: [(key: String, value: JSONValue)] {
    members.map { ($0.key, $0.value) }.sorted {
      $0.key.utf8.lexicographicallyPrecedes($1.key.utf8)
    }
  }
}

private struct JSONWriter {
  var out: [UInt8] = []
  let pretty: Bool
  let sortedKeys: Bool

  init(pretty: Bool, sortedKeys: Bool) {
    self.pretty = pretty
    self.sortedKeys = sortedKeys
  }

  mutating func write(_ value: JSONValue, indent: Int) {
    switch value {
    case .null: append("null")
    case .bool(let flag): append(flag ? "true" : "false")
    case .int(let number): append(String(number))
    case .double(let number): append(JSONValue.text(of: number) ?? "null")
    case .number(let text): append(text)
    case .string(let text): writeString(text)
    case .array(let elements):
      writeContainer(0x5B, elements, indent: indent) { writer, element in
        writer.write(element, indent: indent + 1)
      }
    case .object(let object):
      let members = sortedKeys ? object.sortedByKey : object.members.map { ($0.key, $0.value) }
      writeContainer(0x7B, members, indent: indent) { writer, member in
        writer.writeString(member.key)
        writer.append(writer.pretty ? ": " : ":")
        writer.write(member.value, indent: indent + 1)
      }
    }
  }

  private mutating func writeContainer<Element>(
    _ open: UInt8, _ elements: [Element], indent: Int, each: (inout JSONWriter, Element) -> Void
  ) {
    out.append(open)
    for (i, element) in elements.enumerated() {
      if i > 0 { out.append(0x2C) }
      newline(indent + 1)
      each(&self, element)
    }
    if !elements.isEmpty { newline(indent) }
    out.append(open &+ 2)
  }

  private mutating func newline(_ indent: Int) {
    guard pretty else { return }
    out.append(0x0A)
    out.append(contentsOf: repeatElement(0x20, count: indent * 2))
  }

  private mutating func append(_ text: String) { out.append(contentsOf: text.utf8) }

  private mutating func writeString(_ text: String) {
    let hex: StaticString = "0123456789abcdef"
    out.append(0x22)
    for byte in text.utf8 {
      switch byte {
      case 0x22, 0x5C: out.append(contentsOf: [0x5C, byte])
      case 0x08: append("\\b")
      case 0x09: append("\\t")
      case 0x0A: append("\\n")
      case 0x0C: append("\\f")
      case 0x0D: append("\\r")
      case 0..<0x20, 0x7F:
        append("\\u00")
        out.append(hex.utf8Start[Int(byte >> 4)])
        out.append(hex.utf8Start[Int(byte & 0xF)])
      default: out.append(byte)
      }
    }
    out.append(0x22)
  }
}

extension JSONValue {
  /// The shortest text that reads back as the same double; nil when it is not finite.
  ///
  /// As Go's encoding/json an exponent is used below 1e-6 and from 1e21 up; unlike it a whole
  /// number keeps its ".0", so that it does not turn into an integer on the way.
  static func text(of number: Double) -> String? {
    guard number.isFinite else { return nil }
    if number == 0 { return number.sign == .minus ? "-0.0" : "0.0" }
    // Swift's description has the shortest digits; only where the point stands differs.
    var digits: [UInt8] = []
    var exponent = 0
    let parts = number.magnitude.description.split(separator: "e")
    var seenPoint = false
    for byte in parts[0].utf8 {
      if byte == 0x2E {
        seenPoint = true
      } else {
        digits.append(byte)
        if !seenPoint { exponent += 1 }
      }
    }
    if parts.count > 1 { exponent += Int(parts[1]) ?? 0 }
    let leading = digits.prefix { $0 == 0x30 }.count
    digits.removeFirst(leading)
    exponent -= leading
    while digits.last == 0x30 { digits.removeLast() }

    // The number is 0.DIGITS × 10^exponent.
    let text = String(decoding: digits, as: UTF8.self)
    let sign = number.sign == .minus ? "-" : ""
    if number.magnitude < 1e-6 || number.magnitude >= 1e21 {
      let fraction = digits.count > 1 ? "." + text.dropFirst() : ""
      return "\(sign)\(text.prefix(1))\(fraction)e\(exponent > 0 ? "+" : "")\(exponent - 1)"
    }
    if exponent <= 0 { return "\(sign)0.\(String(repeating: "0", count: -exponent))\(text)" }
    if digits.count <= exponent {
      return "\(sign)\(text)\(String(repeating: "0", count: exponent - digits.count)).0"
    }
    return "\(sign)\(text.prefix(exponent)).\(text.dropFirst(exponent))"
  }
}
