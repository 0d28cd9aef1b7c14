import Manifest

/// A bearer token that somebody else keeps fresh in a file.
struct TokenFile: Sendable {
  let path: String
  /// Used until the file could be read once.
  let fallback: Secret<String>?
  private var token: Secret<String>?
  private var stamp: FileReader.Stamp?
  private var readAt: Time?

  init(path: String, fallback: Secret<String>?) {
    self.path = path
    self.fallback = fallback
  }

  /// The longest that a change the stamp does not show goes unnoticed.
  static let interval = Duration.seconds(60)

  /// Makes the next call read the file, whatever its stamp.
  mutating func forget() { readAt = nil }

  /// The file's token, read when its stamp changed or a minute went by. A file that vanished or
  /// is empty for a moment leaves the last good token in use.
  mutating func current(now: Time, reader: FileReader) throws(CredentialError) -> Secret<String> {
    let stamp = reader.stamp(path)
    if let token, let readAt, stamp == self.stamp, now >= readAt, now - readAt < Self.interval {
      return token
    }
    let bytes: [UInt8]
    do {
      bytes = try reader.read(path)
    } catch {
      switch error {
      case .missing: return try lastGood("there is no such file")
      case .unreadable(let why): return try lastGood("it cannot be read: \(why)")
      }
    }
    let words = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isWhitespace)
    guard let first = words.first else { return try lastGood("it is empty") }
    let read = Secret(String(first))
    (token, self.stamp, readAt) = (read, stamp, now)
    return read
  }

  private func lastGood(_ why: String) throws(CredentialError) -> Secret<String> {
    if let known = token ?? fallback { return known }
    throw CredentialError("no token from the user's tokenFile \(path): \(why)")
  }
}
