/// Whom the server is asked to take us for.
public struct Impersonation: Hashable, Sendable {
  public var user: String
  public var groups: [String]
  public var uid: String?
  /// Each key with its values.
  public var extra: [String: [String]]

  public init(
    user: String, groups: [String] = [], uid: String? = nil, extra: [String: [String]] = [:]
  ) {
    self.user = user
    self.groups = groups
    self.uid = uid
    self.extra = extra
  }

  var headers: [HTTPHeader] {
    var headers = [HTTPHeader("Impersonate-User", user)]
    if let uid { headers.append(HTTPHeader("Impersonate-Uid", uid)) }
    headers += groups.map { HTTPHeader("Impersonate-Group", $0) }
    for (key, values) in extra.sorted(by: { $0.key < $1.key }) {
      headers += values.map { HTTPHeader("Impersonate-Extra-\(Self.escape(key))", $0) }
    }
    return headers
  }

  /// A header's name holds less than a key may: other bytes, and "%", are percent-encoded.
  private static func escape(_ key: String) -> String {
    var out = ""
    for byte in key.utf8 {
      let character = Character(UnicodeScalar(byte))
      let isToken = character.isLetter || character.isNumber || "!#$&'*+-.^_`|~".contains(character)
      if byte < 0x80, isToken {
        out.append(character)
      } else {
        let digits = String(byte, radix: 16, uppercase: true)
        out += digits.count == 1 ? "%0\(digits)" : "%\(digits)"
      }
    }
    return out
  }
}
