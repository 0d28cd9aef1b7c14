import Foundation

/// Certificates made by the `openssl` command for one test, in a folder of its own.
final class Certificates: Sendable {
  static let isPossible = path != nil
  private static let path = [
    "/usr/bin/openssl", "/usr/local/bin/openssl", "/opt/homebrew/bin/openssl",
  ]
  .first { FileManager.default.isExecutableFile(atPath: $0) }

  struct Failure: Error { var what: String }

  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// `name`.crt and `name`.key, signed by itself.
  func authority(_ name: String, subject: String = "test-ca", days: Int = 2) throws {
    try key(name)
    try request(name, subject: subject)
    try folder.write("ca.ext", "basicConstraints=critical,CA:TRUE\nkeyUsage=keyCertSign")
    try openssl(
      "x509", "-req", "-in", "\(name).csr", "-key", "\(name).key", "-out", "\(name).crt",
      "-days", "\(days)", "-extfile", "ca.ext")
  }

  /// `name`.crt and `name`.key, signed by `authority`.
  func leaf(
    _ name: String, authority: String, subject: String = "api.test",
    names: String = "DNS:api.test,IP:127.0.0.1", days: Int = 2
  ) throws {
    try key(name)
    try request(name, subject: subject)
    try folder.write("\(name).ext", "subjectAltName=\(names)")
    try openssl(
      "x509", "-req", "-in", "\(name).csr", "-CA", "\(authority).crt", "-CAkey",
      "\(authority).key", "-set_serial", "\(Int.random(in: 1...1_000_000))", "-out",
      "\(name).crt", "-days", "\(days)", "-extfile", "\(name).ext")
  }

  func path(_ file: String) -> String { "\(folder.path)/\(file)" }

  private func key(_ name: String) throws {
    try openssl(
      "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out",
      "\(name).key")
  }

  private func request(_ name: String, subject: String) throws {
    try openssl(
      "req", "-new", "-key", "\(name).key", "-out", "\(name).csr", "-subj", "/CN=\(subject)")
  }

  private func openssl(_ arguments: String...) throws {
    let process = try command(arguments)
    process.standardOutput = FileHandle.nullDevice
    // Not a pipe: a server that another test starts meanwhile would keep its other end open.
    let complaint = try folder.write("complaint", "")
    process.standardError = FileHandle(forWritingAtPath: complaint)
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw Failure(what: "\(arguments): \(try folder.read("complaint"))")
    }
  }

  fileprivate func command(_ arguments: [String]) throws -> Process {
    guard let path = Self.path else { throw Failure(what: "there is no openssl") }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
    process.standardInput = FileHandle.nullDevice
    return process
  }
}

/// `openssl s_server`, which serves the files of the certificates' folder over TLS: "/version".
final class TLSServer {
  let port: Int
  private let process: Process
  private let certificates: Certificates

  /// Serves with `name`.crt and `name`.key.
  convenience init(_ certificates: Certificates, certificate name: String, _ options: String...)
    throws
  {
    try self.init(certificates, certificate: name, options)
  }

  init(_ certificates: Certificates, certificate name: String, _ options: [String]) throws {
    self.certificates = certificates
    try certificates.folder.write("version", #"{"gitVersion":"v1"}"#)
    process = try certificates.command(
      [
        "s_server", "-accept", "127.0.0.1:0", "-cert", "\(name).crt", "-key", "\(name).key",
        "-WWW",
      ] + options)
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    var said = ""
    while true {
      let more = output.fileHandleForReading.availableData
      guard !more.isEmpty else { throw Certificates.Failure(what: "s_server said: \(said)") }
      said += String(decoding: more, as: UTF8.self)
      // "ACCEPT 127.0.0.1:40123"
      guard let line = said.split(separator: "\n").first(where: { $0.hasPrefix("ACCEPT") }),
        said.hasSuffix("\n"), let port = line.split(separator: ":").last.flatMap({ Int($0) })
      else { continue }
      self.port = port
      break
    }
  }

  deinit {
    // Dispatch's threads block signals, and a child inherits that: nothing less would reach it.
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }

  var url: String { "https://127.0.0.1:\(port)" }
}
