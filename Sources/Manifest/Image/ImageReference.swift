/// The name of a container image, taken apart as Karmada's image overrider does.
///
/// The first segment is the registry when it holds a dot or a colon or is "localhost"; otherwise
/// it belongs to the repository. With both a tag and a digest the digest is dropped.
public struct ImageReference: Hashable, Sendable, CustomStringConvertible {
  /// "registry.example.com:5000"; empty when there is none.
  public var registry = ""
  /// "library/nginx"
  public var repository = ""
  /// "1.25"; empty when there is none.
  public var tag = ""
  /// "sha256:…"; empty when there is none.
  public var digest = ""

  public enum Failure: Error, Hashable, Sendable, CustomStringConvertible {
    case empty
    case uppercase
    case tooLong
    case invalid
    /// The digest is of an algorithm that is not known, or not as long as it should be.
    case invalidDigest

    public var description: String {
      switch self {
      case .empty: "the image has no name"
      case .uppercase: "the repository of an image must be in lower case"
      case .tooLong: "the name of an image may have 255 characters"
      case .invalid: "this is not the name of an image"
      case .invalidDigest: "the digest of the image is of an unknown kind or the wrong length"
      }
    }
  }

  public init() {}

  public init(parsing text: String) throws(Failure) {
    guard !text.isEmpty else { throw .empty }
    guard let parts = ImageReference.parts(text) else {
      throw ImageReference.parts(text.lowercased()) == nil ? .invalid : .uppercase
    }
    guard parts.name.utf8.count <= 255 else { throw .tooLong }
    if let digest = parts.digest, !ImageReference.isKnownDigest(digest) { throw .invalidDigest }
    tag = parts.tag.map { String($0) } ?? ""
    if tag.isEmpty, let digest = parts.digest { self.digest = String(digest) }
    let name = parts.name.utf8
    if let slash = name.firstIndex(of: 0x2F) {
      let first = name[..<slash]
      if first.contains(where: { $0 == 0x2E || $0 == 0x3A }) || Substring(first) == "localhost" {
        registry = String(Substring(first))
        repository = String(parts.name[name.index(after: slash)...])
        return
      }
    }
    repository = String(parts.name)
  }

  public var description: String {
    let name = registry.isEmpty ? repository : registry + "/" + repository
    if !tag.isEmpty { return name + ":" + tag }
    return digest.isEmpty ? name : name + "@" + digest
  }

  /// The tag, or the digest where there is no tag.
  public var tagOrDigest: String { tag.isEmpty ? digest : tag }

  /// Sets a tag or a digest, whichever the text is, and takes the other away; a text that is
  /// neither changes nothing. False then.
  @discardableResult
  public mutating func setTagOrDigest(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    if ImageReference.isTag(bytes[...]) {
      (tag, digest) = (text, "")
    } else if ImageReference.isDigest(bytes[...]) {
      (tag, digest) = ("", text)
    } else {
      return false
    }
    return true
  }

  /// Takes the tag away, or the digest where there is no tag.
  public mutating func removeTagOrDigest() {
    if tag.isEmpty { digest = "" } else { tag = "" }
  }

  // MARK: Grammar

  private struct Parts {
    var name: Substring
    var tag: Substring?
    var digest: Substring?
  }

  /// name [":" tag] ["@" digest]; nil when the text is not of that form.
  private static func parts(_ text: String) -> Parts? {
    let bytes = text.utf8
    var name = Substring(text)
    var parts = Parts(name: name)
    if let at = bytes.firstIndex(of: 0x40) {
      let digest = text[bytes.index(after: at)...]
      guard isDigest(Array(digest.utf8)[...]) else { return nil }
      parts.digest = digest
      name = text[..<at]
    }
    let afterSlash = name.utf8.lastIndex(of: 0x2F).map { name.utf8.index(after: $0) }
    let last = name.utf8[(afterSlash ?? name.startIndex)...]
    if let colon = last.lastIndex(of: 0x3A) {
      let tag = name[name.utf8.index(after: colon)...]
      guard isTag(Array(tag.utf8)[...]) else { return nil }
      parts.tag = tag
      name = name[..<colon]
    }
    guard isName(Array(name.utf8)) else { return nil }
    parts.name = name
    return parts
  }

  private static func isName(_ bytes: [UInt8]) -> Bool {
    let segments = bytes.split(separator: 0x2F, omittingEmptySubsequences: false)
    guard let first = segments.first else { return false }
    guard segments.dropFirst().allSatisfy(isPathComponent) else { return false }
    return isPathComponent(first) || segments.count > 1 && isDomain(first)
  }

  /// Lower-case letters and digits, in runs joined by ".", "_", "__" or any number of "-".
  private static func isPathComponent(_ bytes: ArraySlice<UInt8>) -> Bool {
    var rest = bytes
    while true {
      let run = rest.prefix { 0x61...0x7A ~= $0 || 0x30...0x39 ~= $0 }
      guard !run.isEmpty else { return false }
      rest = rest[run.endIndex...]
      guard let first = rest.first else { return true }
      let separator = rest.prefix { $0 == first }.count
      switch first {
      case 0x2E where separator == 1, 0x5F where separator <= 2, 0x2D: break
      default: return false
      }
      rest = rest.dropFirst(separator)
    }
  }

  private static func isDomain(_ bytes: ArraySlice<UInt8>) -> Bool {
    var host = bytes
    if let colon = bytes.lastIndex(of: 0x3A), bytes.last != 0x5D {
      let port = bytes[bytes.index(after: colon)...]
      guard !port.isEmpty, port.allSatisfy({ 0x30...0x39 ~= $0 }) else { return false }
      host = bytes[..<colon]
    }
    if host.first == 0x5B {
      let address = host.dropFirst().dropLast()
      return host.count > 2 && host.last == 0x5D
        && address.allSatisfy { isHexDigit($0) || $0 == 0x3A }
    }
    return host.split(separator: 0x2E, omittingEmptySubsequences: false).allSatisfy { part in
      guard let first = part.first, let last = part.last else { return false }
      return first != 0x2D && last != 0x2D && part.allSatisfy { isAlphanumeric($0) || $0 == 0x2D }
    }
  }

  /// `[\w][\w.-]{0,127}`
  private static func isTag(_ bytes: ArraySlice<UInt8>) -> Bool {
    guard let first = bytes.first, bytes.count <= 128 else { return false }
    func isWord(_ byte: UInt8) -> Bool { isAlphanumeric(byte) || byte == 0x5F }
    return isWord(first) && bytes.allSatisfy { isWord($0) || $0 == 0x2E || $0 == 0x2D }
  }

  /// Algorithm, a colon and at least 32 hexadecimal digits.
  private static func isDigest(_ bytes: ArraySlice<UInt8>) -> Bool {
    guard let colon = bytes.firstIndex(of: 0x3A) else { return false }
    let hex = bytes[bytes.index(after: colon)...]
    guard hex.count >= 32, hex.allSatisfy(isHexDigit) else { return false }
    let separators: Set<UInt8> = [0x2D, 0x5F, 0x2B, 0x2E]
    return bytes[..<colon].split(
      omittingEmptySubsequences: false, whereSeparator: separators.contains
    ).allSatisfy { word in
      guard let first = word.first else { return false }
      return isLetter(first) && word.allSatisfy(isAlphanumeric)
    }
  }

  private static func isKnownDigest(_ digest: Substring) -> Bool {
    let parts = digest.utf8.split(separator: 0x3A)
    guard parts.count == 2 else { return false }
    let lengths = ["sha256": 64, "sha384": 96, "sha512": 128]
    return parts[1].count == lengths[String(Substring(parts[0]))]
      && parts[1].allSatisfy { 0x30...0x39 ~= $0 || 0x61...0x66 ~= $0 }
  }

  private static func isLetter(_ byte: UInt8) -> Bool { 0x61...0x7A ~= byte | 0x20 }
  private static func isAlphanumeric(_ byte: UInt8) -> Bool {
    isLetter(byte) || 0x30...0x39 ~= byte
  }
  private static func isHexDigit(_ byte: UInt8) -> Bool { JSONScanner.hexDigit(byte) != nil }
}
