/// A TLS alert that the server sent about us.
enum TLSAlert: CaseIterable {
  case certificateRequired, badCertificate, unsupportedCertificate, revoked, expired, unknown
  case unknownAuthority, accessDenied, handshakeFailure, protocolVersion, unrecognizedName

  static let wantsCertificate =
    "it probably wants a client certificate and this user has none; "
    + "add client-certificate-data and client-key-data to the user"

  /// OpenSSL's words for it.
  private var mark: String {
    switch self {
    case .certificateRequired: "alert certificate required"
    case .badCertificate: "alert bad certificate"
    case .unsupportedCertificate: "alert unsupported certificate"
    case .revoked: "alert certificate revoked"
    case .expired: "alert certificate expired"
    case .unknown: "alert certificate unknown"
    case .unknownAuthority: "alert unknown ca"
    case .accessDenied: "alert access denied"
    case .handshakeFailure: "alert handshake failure"
    case .protocolVersion: "alert protocol version"
    case .unrecognizedName: "unrecognized name"
    }
  }

  init?(in words: String) {
    let lower = words.lowercased()
    guard lower.contains("alert"),
      let found = Self.allCases.first(where: { lower.contains($0.mark) })
    else { return nil }
    self = found
  }

  func message(server: String, identity: Bool) -> String {
    switch self {
    case .protocolVersion: return "\(server) and this program share no version of TLS"
    case .unrecognizedName: return "\(server) does not know the TLS server name it was asked for"
    case .certificateRequired where !identity, .badCertificate where !identity,
      .handshakeFailure where !identity:
      return "\(server) wants a client certificate and this user has none; "
        + "add client-certificate-data and client-key-data to the user"
    case .handshakeFailure: return "\(server) refused the TLS handshake"
    default: break
    }
    let why =
      switch self {
      case .expired: "it has expired"
      case .revoked: "it was revoked"
      case .unknownAuthority: "its issuer is not known there"
      case .unsupportedCertificate: "its type is not supported there"
      default: mark
      }
    return "\(server) does not accept this user's client certificate: \(why); "
      + "get a new kubeconfig from whoever runs the control plane"
  }
}
