/// JSON as Go's encoding/json writes it, where Karmada's answers hold such text: keys sorted by
/// bytes, `<`, `>` and `&` escaped, whole doubles without a point.
public enum GoJSON {
  static func write(_ text: String, to out: inout [UInt8]) {
    let hex: StaticString = "0123456789abcdef"
    out.append(0x22)
    var text = text
    text.withUTF8 { bytes in
      var i = 0
      while i < bytes.count {
        let byte = bytes[i]
        switch byte {
        case 0x22, 0x5C: out += [0x5C, byte]
        case 0x08: out += [0x5C, 0x62]
        case 0x09: out += [0x5C, 0x74]
        case 0x0A: out += [0x5C, 0x6E]
        case 0x0C: out += [0x5C, 0x66]
        case 0x0D: out += [0x5C, 0x72]
        case 0..<0x20, 0x3C, 0x3E, 0x26:
          out += [0x5C, 0x75, 0x30, 0x30, hex.utf8Start[Int(byte >> 4)]]
          out.append(hex.utf8Start[Int(byte & 0xF)])
        case 0xE2 where isLineSeparator(bytes, at: i):
          out += [0x5C, 0x75, 0x32, 0x30, 0x32, bytes[i + 2] == 0xA8 ? 0x38 : 0x39]
          i += 2
        default: out.append(byte)
        }
        i += 1
      }
    }
    out.append(0x22)
  }

  /// U+2028 or U+2029 in UTF-8.
  private static func isLineSeparator(_ bytes: some Collection<UInt8>, at i: Int) -> Bool {
    var rest = bytes.dropFirst(i).prefix(3).makeIterator()
    return rest.next() == 0xE2 && rest.next() == 0x80 && rest.next().map { $0 | 1 } == 0xA9
  }

  /// JSON text without its white space; what Go escapes in strings is escaped here too.
  static func compact(_ bytes: ArraySlice<UInt8>, to out: inout [UInt8]) {
    let hex: StaticString = "0123456789abcdef"
    var inString = false
    var escaped = false
    var i = bytes.startIndex
    while i < bytes.endIndex {
      let byte = bytes[i]
      i += 1
      switch byte {
      case 0x3C, 0x3E, 0x26:
        out += [0x5C, 0x75, 0x30, 0x30, hex.utf8Start[Int(byte >> 4)]]
        out.append(hex.utf8Start[Int(byte & 0xF)])
        continue
      case 0xE2 where bytes.endIndex - i >= 2 && bytes[i] == 0x80 && bytes[i + 1] | 1 == 0xA9:
        out += [0x5C, 0x75, 0x32, 0x30, 0x32, bytes[i + 1] == 0xA8 ? 0x38 : 0x39]
        i += 2
        continue
      case _ where !inString && (byte == 0x20 || 0x09...0x0D ~= byte): continue
      case 0x22:
        if !escaped { inString.toggle() }
      default: break
      }
      escaped = inString && byte == 0x5C && !escaped
      out.append(byte)
    }
  }
}

extension JSONValue {
  /// The value as Go's encoding/json writes a `map[string]interface{}` that was read from JSON.
  public func goJSON() -> [UInt8] {
    var out: [UInt8] = []
    writeGoJSON(to: &out)
    return out
  }

  func writeGoJSON(to out: inout [UInt8]) {
    switch self {
    case .null: out += Array("null".utf8)
    case .bool(let flag): out += Array((flag ? "true" : "false").utf8)
    case .int(let number): out += Array(String(number).utf8)
    case .double(let number): out += Array(GoNumber.json(number).utf8)
    case .number(let text): out += Array(text.utf8)
    case .string(let text): GoJSON.write(text, to: &out)
    case .array(let elements):
      out.append(0x5B)
      for (i, element) in elements.enumerated() {
        if i > 0 { out.append(0x2C) }
        element.writeGoJSON(to: &out)
      }
      out.append(0x5D)
    case .object(let object):
      out.append(0x7B)
      for (i, member) in object.sortedByKey.enumerated() {
        if i > 0 { out.append(0x2C) }
        GoJSON.write(member.key, to: &out)
        out.append(0x3A)
        member.value.writeGoJSON(to: &out)
      }
      out.append(0x7D)
    }
  }
}
