import Manifest

/// What is sent with a request to say who asks.
struct Credential: Hashable, Sendable {
  var token: Secret<String>?
  var identity: TLSIdentity?
  /// nil: good until the server says otherwise.
  var expires: Time?

  static let none = Credential()
}

/// Why there is no credential. Holds nothing that a plugin printed on its standard output.
struct CredentialError: Error, Hashable, Sendable, CustomStringConvertible {
  var description: String
  init(_ description: String) { self.description = description }
}

extension Credential {
  /// Reads what a plugin printed.
  init(parsing output: [UInt8], from plugin: ExecPlugin) throws(CredentialError) {
    func bad(_ what: String) -> CredentialError {
      CredentialError("the login command \(plugin.command.quoted) \(what)")
    }
    let value: JSONValue
    do {
      value = try JSONValue(parsing: output)
    } catch {
      throw bad(
        output.isEmpty ? "printed nothing" : "did not print a JSON object (byte \(error.offset))")
    }
    guard value["kind"]?.string == "ExecCredential" else {
      throw bad("printed JSON that is not an ExecCredential")
    }
    guard value["apiVersion"]?.string == plugin.version.rawValue else {
      throw bad(
        "answered in another version than \(plugin.version.rawValue), which the kubeconfig names")
    }
    let status = value["status"]
    token = status?["token"]?.string.flatMap { $0.isEmpty ? nil : Secret($0) }
    let certificate = status?["clientCertificateData"]?.string ?? ""
    let key = status?["clientKeyData"]?.string ?? ""
    guard certificate.isEmpty == key.isEmpty else {
      throw bad("printed a client certificate without its key, or a key alone")
    }
    if !certificate.isEmpty {
      let bytes = (certificate: [UInt8](certificate.utf8), key: [UInt8](key.utf8))
      guard PEM.fault(bytes.certificate, is: .certificate) == nil,
        PEM.fault(bytes.key, is: .key) == nil
      else { throw bad("printed a client certificate or key that is not usable PEM") }
      identity = TLSIdentity(certificate: bytes.certificate, key: Secret(bytes.key))
    }
    guard token != nil || identity != nil else {
      throw bad("printed neither a token nor a client certificate")
    }
    if let text = status?["expirationTimestamp"]?.string {
      guard let time = Time(rfc3339: text) else {
        throw bad("printed an expirationTimestamp that is not a time")
      }
      expires = time
    }
  }
}
