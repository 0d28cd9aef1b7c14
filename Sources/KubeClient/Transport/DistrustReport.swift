import Manifest

/// Why a server's certificate is not believed, and which certificate of its chain it is.
struct DistrustReport {
  var server: String
  /// The name the certificate had to be for.
  var serverName: String
  /// Whether the kubeconfig names authorities, or the system's are used.
  var hasOwnAuthorities: Bool
  /// OpenSSL's X509_V_ERR_*.
  var verifyResult: Int
  var words: String
  var chain: [PeerCertificate]
  var now = Time.now

  private enum Verdict: Int {
    case badSignature = 7
    case notYetValid = 9
    case expired = 10
    case selfSigned = 18
    case selfSignedInChain = 19
    case noIssuer = 20
    case unverifiedLeaf = 21
    case invalidAuthority = 24
    case wrongPurpose = 26
    case untrusted = 27
    case rejected = 28
  }

  private var trust: String {
    hasOwnAuthorities ? "the cluster's certificate-authority" : "this system's authorities"
  }

  private var renew: String {
    hasOwnAuthorities
      ? "take certificate-authority-data from a fresh kubeconfig"
      : "add its authority as certificate-authority-data to the cluster"
  }

  var message: String {
    let leaf = chain.first.map { " (\($0.subject))" } ?? ""
    if words.contains("match"), words.contains("name") { return wrongName(leaf) }
    switch Verdict(rawValue: verifyResult) {
    case .expired: return expired(leaf)
    case .notYetValid:
      let from = chain.first.map { " before \($0.notBefore)" } ?? " yet"
      return
        "the certificate of \(server)\(leaf) is not valid\(from); is this machine's clock right?"
    case .selfSigned:
      return "the certificate of \(server)\(leaf) is self-signed and not among \(trust); \(renew)"
    case .selfSignedInChain, .noIssuer, .unverifiedLeaf, .untrusted, .rejected:
      let issuer = (chain.last?.issuer).map { " \($0)" } ?? ""
      return "the certificate of \(server)\(leaf) comes from an issuer\(issuer) "
        + "that is not among \(trust); \(renew)"
    case .badSignature:
      return "the certificate of \(server)\(leaf) was signed by another key than the one in "
        + "\(trust), under the same name; \(renew)"
    case .invalidAuthority, .wrongPurpose:
      return "the certificate of \(server)\(leaf) is not made for this use: \(words)"
    case nil: return "the certificate of \(server)\(leaf) is not trusted: \(words)"
    }
  }

  private func expired(_ leaf: String) -> String {
    let late = chain.first { certificate in
      PeerCertificate.moment(certificate.notAfter).map { $0 < now } ?? false
    }
    guard let late else {
      // Nothing the server sent is too old, so it is one of those we hold.
      return chain.isEmpty
        ? "a certificate of \(server) has expired"
        : "an authority among \(trust) has expired, and with it the certificate of "
          + "\(server)\(leaf); \(renew)"
    }
    let which = late == chain.first ? "the certificate of \(server)" : "an authority of \(server)"
    return "\(which) (\(late.subject)) expired on \(late.notAfter); "
      + "whoever runs the server has to renew it"
  }

  private func wrongName(_ leaf: String) -> String {
    let names = chain.first.map { $0.names.isEmpty ? [$0.subject] : $0.names } ?? []
    let shown = names.prefix(8).joined(separator: ", ") + (names.count > 8 ? ", …" : "")
    let list = shown.isEmpty ? "" : ", only for \(shown)"
    return "the certificate of \(server)\(leaf) is not for \(serverName)\(list); "
      + "use one of its names as the address or as tls-server-name"
  }
}
