#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif
#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The kubeconfig by which other clients find the embedded Karmada. The door is its own proxy,
/// whose password is the token: see `HTTPDoor`.
public struct DemoKubeconfig: Hashable, Sendable {
  /// "http://127.0.0.1:8899"
  public var server: String
  public var token: String
  public var context: String

  public init(server: String, token: String, context: String = "quarterdeck-demo") {
    self.server = server
    self.token = token
    self.context = context
  }

  /// 128 bits from the system's randomness, in hex.
  public static func newToken() -> String {
    var generator = SystemRandomNumberGenerator()
    return (0..<2).map { _ in
      let text = String(generator.next(), radix: 16)
      return String(repeating: "0", count: 16 - text.count) + text
    }.joined()
  }

  /// Reads what `yaml` wrote; nil for any other text, somebody's real kubeconfig above all.
  public init?(yaml text: String) {
    func value(of key: String) -> String? {
      text.split(separator: "\n").lazy.map { $0.trimmingPrefix { $0 == " " } }
        .first { $0.hasPrefix("\(key): ") }.map { String($0.dropFirst(key.count + 2)) }
    }
    guard let server = value(of: "server"), let token = value(of: "token"), !token.isEmpty,
      let context = value(of: "current-context")
    else { return nil }
    self.init(server: server, token: token, context: context)
    guard yaml == text else { return nil }
  }

  /// What follows "Basic " when the token is a password.
  static func basicCredentials(token: String) -> String {
    Data("\(SimulatedControlPlane.user):\(token)".utf8).base64EncodedString()
  }

  private var proxy: String {
    server.replacing("://", with: "://\(SimulatedControlPlane.user):\(token)@", maxReplacements: 1)
  }

  public var yaml: String {
    """
    apiVersion: v1
    kind: Config
    current-context: \(context)
    clusters:
    - name: \(context)
      cluster:
        server: \(server)
        proxy-url: \(proxy)
    users:
    - name: \(SimulatedControlPlane.user)
      user:
        token: \(token)
    contexts:
    - name: \(context)
      context:
        cluster: \(context)
        user: \(SimulatedControlPlane.user)

    """
  }

  /// Why the file could not be written, one line.
  public struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
    public var description: String
  }

  /// Writes the file for its owner's eyes only (0600). It appears whole or not at all: a
  /// temporary file beside it takes its place.
  public func write(to path: String) throws(Failure) {
    let temporary = "\(path).\(getpid()).\(UInt32.random(in: 0 ... .max))"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw Self.failure("create", temporary) }
    var rest = Array(yaml.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { systemWrite(descriptor, $0.baseAddress, $0.count) }
      guard count > 0 else {
        if count < 0, errno == EINTR { continue }
        let failure = Self.failure("write", temporary)
        close(descriptor)
        unlink(temporary)
        throw failure
      }
      rest = rest.dropFirst(count)
    }
    guard fsync(descriptor) == 0, close(descriptor) == 0, rename(temporary, path) == 0 else {
      let failure = Self.failure("put in place", path)
      unlink(temporary)
      throw failure
    }
  }

  private static func failure(_ what: String, _ path: String) -> Failure {
    Failure(
      description: "cannot \(what) the kubeconfig \(path): \(String(cString: strerror(errno)))")
  }
}

/// The C function, which the method of the same name hides.
private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
  write(descriptor, bytes, count)
}
