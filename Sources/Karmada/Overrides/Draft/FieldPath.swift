import Manifest

/// The way API servers name a field in what they refuse: "spec.overrideRules[0].targetCluster".
public enum FieldPath {
  /// The field as a pointer; nil when the text is no such path. Brackets hold an index, or a key
  /// that has dots.
  public static func pointer(_ text: some StringProtocol) -> JSONPointer? {
    var tokens: [String] = []
    var rest = text.utf8[...]
    if rest.first == 0x2E { rest.removeFirst() }
    while let byte = rest.first {
      if byte == 0x5B {
        guard let close = rest.firstIndex(of: 0x5D) else { return nil }
        tokens.append(String(decoding: rest[..<close].dropFirst(), as: UTF8.self))
        rest = rest[close...].dropFirst()
        continue
      }
      if byte == 0x2E { rest.removeFirst() }
      let end = rest.firstIndex { $0 == 0x2E || $0 == 0x5B } ?? rest.endIndex
      let name = rest[..<end]
      guard !name.isEmpty, name.allSatisfy(isNameByte) else { return nil }
      tokens.append(String(decoding: name, as: UTF8.self))
      rest = rest[end...]
    }
    return tokens.isEmpty ? nil : JSONPointer(tokens: tokens)
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x24, 0x2D, 0x5F: true
    default: false
    }
  }

  /// A pointer as an API server would write it.
  public static func text(_ pointer: JSONPointer) -> String {
    var text = ""
    for token in pointer.tokens {
      if !token.isEmpty, token.utf8.allSatisfy({ 0x30...0x39 ~= $0 }) {
        text += "[\(token)]"
      } else if token.utf8.allSatisfy(isNameByte) {
        text += text.isEmpty ? token : ".\(token)"
      } else {
        text += "[\(token)]"
      }
    }
    return text
  }
}

extension OverridePlace {
  /// The overrider, or the rule, in the policy's JSON. `usesTopLevel` as the policy's.
  public func pointer(usesTopLevel: Bool = false) -> JSONPointer {
    var tokens = usesTopLevel ? ["spec"] : ["spec", "overrideRules", String(rule)]
    if let overrider { tokens += ["overriders", overrider.rawValue, String(index)] }
    return JSONPointer(tokens: tokens)
  }
}
