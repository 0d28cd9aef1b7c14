import Manifest

/// When a credential that was fetched is used again, and when a new one is due.
struct CredentialCache: Sendable {
  private(set) var held: Credential?

  /// So long before its end a credential is no longer begun with.
  static let margin = Duration.seconds(10)

  /// What may be used now without asking anew.
  func usable(now: Time) -> Credential? {
    guard let held else { return nil }
    guard let expires = held.expires else { return held }
    return now < expires - Self.margin ? held : nil
  }

  mutating func hold(_ credential: Credential) { held = credential }

  /// The server did not take `credential`. One that was fetched since stays.
  mutating func drop(_ credential: Credential) {
    if held == credential { held = nil }
  }
}
