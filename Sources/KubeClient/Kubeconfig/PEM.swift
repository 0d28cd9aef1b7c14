/// What can be said about a PEM text without reading the certificate inside.
enum PEM {
  enum Content { case certificate, key }

  enum Fault: Hashable, Sendable { case other, encrypted }

  static func fault(_ bytes: [UInt8], is content: Content) -> Fault? {
    let text = String(decoding: bytes, as: UTF8.self)
    switch content {
    case .certificate: return text.contains("-----BEGIN CERTIFICATE-----") ? nil : .other
    case .key:
      guard text.contains("PRIVATE KEY-----") else { return .other }
      return text.contains("ENCRYPTED") ? .encrypted : nil
    }
  }

  static func check(_ bytes: [UInt8], is content: Content, _ key: String, _ fields: Fields)
    throws(KubeconfigError)
  {
    guard let fault = fault(bytes, is: content) else { return }
    let what =
      switch fault {
      case .encrypted: "is encrypted with a pass phrase, which a kubeconfig cannot carry"
      case .other: "is not PEM (\"-----BEGIN …\")"
      }
    throw KubeconfigError(
      .badCertificate, file: fields.file, "\(key) of \(fields.owner) \(what)",
      advice: "take it again from a fresh kubeconfig")
  }
}
