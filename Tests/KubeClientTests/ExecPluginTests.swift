import Foundation
import Manifest
import Testing

@testable import KubeClient

@Suite struct ExecPluginTests {
  private static func plugin(
    command: String, version: String = "v1", more: String = "", files: [String: String] = [:]
  ) throws -> ExecPlugin {
    let context = try Sample.resolve(
      user: """
          exec:
            apiVersion: client.authentication.k8s.io/\(version)
            interactiveMode: IfAvailable
            command: \(command)
        \(more.split(separator: "\n").map { "    \($0)" }.joined(separator: "\n"))
        """, files: files)
    guard case .exec(let plugin) = context.credential else {
      throw CredentialError("not an exec plugin")
    }
    return plugin
  }

  private static func answer(_ status: String, version: String = "v1") -> String {
    """
    {"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/\(version)",\
    "status":\(status)}
    """
  }

  private static func script(_ body: String, in folder: TemporaryFolder) throws -> String {
    try folder.write("login", "#!/bin/sh\n\(body)\n", executable: true)
  }

  @Test(arguments: ["v1", "v1beta1"])
  func takesATokenWithItsEnd(_ version: String) async throws {
    let folder = try TemporaryFolder()
    let status = #"{"token":"t0ken","expirationTimestamp":"2026-11-22T12:00:00Z"}"#
    let command = try Self.script(
      "cat <<'X'\n\(Self.answer(status, version: version))\nX", in: folder)
    let credential = try await ExecRun(
      plugin: try Self.plugin(command: command, version: version)
    ).credential()
    #expect(credential.token == Secret("t0ken"))
    #expect(credential.expires == Time(rfc3339: "2026-11-22T12:00:00Z"))
  }

  @Test func passesArgumentsEnvironmentAndClusterInfo() async throws {
    let folder = try TemporaryFolder()
    let command = try Self.script(
      """
      printf '%s|' "$@" > "$OUT/args"
      printf '%s' "$KUBERNETES_EXEC_INFO" > "$OUT/info"
      cat > "$OUT/stdin"
      [ -e /dev/tty ] && (: < /dev/tty) 2>/dev/null && echo yes > "$OUT/tty"
      echo '\(Self.answer(#"{"token":"x"}"#))'
      """, in: folder)
    let plugin = try Self.plugin(
      command: command,
      more: """
        args: ["get token", "--x"]
        env: [{name: OUT, value: "\(folder.path)"}]
        provideClusterInfo: true
        """)
    _ = try await ExecRun(plugin: plugin).credential()
    #expect(try folder.read("args") == "get token|--x|")
    #expect(try folder.read("stdin") == "")
    #expect(!FileManager.default.fileExists(atPath: "\(folder.path)/tty"))
    let info = try JSONValue(parsing: try folder.read("info"))
    #expect(info["kind"] == "ExecCredential")
    #expect(info["apiVersion"] == "client.authentication.k8s.io/v1")
    #expect(info["spec"]?["interactive"] == false)
    #expect(info["spec"]?["cluster"]?["server"] == "https://10.0.0.1:5443")
  }

  @Test func aRelativeCommandStartsAtTheKubeconfig() throws {
    #expect(try Self.plugin(command: "bin/login").command == "/home/me/.kube/bin/login")
    #expect(try Self.plugin(command: "login").command == "login")
  }

  @Test func clusterInfoHoldsWhatThePluginIsToldOfTheCluster() throws {
    let context = try Sample.resolve(
      cluster: """
          certificate-authority-data: \(Sample.base64(Sample.certificate))
          tls-server-name: api
          extensions:
          - name: client.authentication.k8s.io/exec
            extension: {audience: a}
        """,
      user: """
          exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: x,
            provideClusterInfo: true}
        """)
    guard case .exec(let plugin) = context.credential else {
      Issue.record("no plugin")
      return
    }
    let cluster = plugin.info.revealed["spec"]?["cluster"]
    #expect(
      cluster == [
        "server": "https://10.0.0.1:5443", "tls-server-name": "api",
        "certificate-authority-data": .string(Sample.base64(Sample.certificate)),
        "config": ["audience": "a"],
      ])
  }

  struct Failing: Sendable, CustomTestStringConvertible {
    var script: String
    var says: String
    var testDescription: String { says }
  }

  @Test(arguments: [
    Failing(
      script: "echo >&2; printf 'log in \\033[31mfirst\\n' >&2; echo more >&2; exit 3",
      says: "failed (exit code 3): log in  [31mfirst"),
    Failing(script: "echo s3cret; exit 1", says: "failed (exit code 1) and said nothing"),
    Failing(script: "kill -9 $$", says: "was ended by signal 9"),
    Failing(script: "true", says: "printed nothing"),
    Failing(script: "echo s3cret", says: "did not print a JSON object"),
    Failing(script: "echo '{\"token\":\"s3cret\"}'", says: "not an ExecCredential"),
    Failing(
      script: "echo '\(answer(#"{"token":"s3cret"}"#, version: "v1beta1"))'",
      says: "another version than client.authentication.k8s.io/v1"),
    Failing(
      script: "echo '\(answer("{}"))'", says: "neither a token nor a client certificate"),
    Failing(
      script: "echo '\(answer("null"))'", says: "neither a token nor a client certificate"),
    Failing(
      script: "echo '\(answer(#"{"clientKeyData":"s3cret"}"#))'", says: "a key alone"),
    Failing(
      script: "echo '\(answer(#"{"clientKeyData":"s3cret","clientCertificateData":"s"}"#))'",
      says: "not usable PEM"),
    Failing(
      script: "echo '\(answer(#"{"token":"s3cret","expirationTimestamp":"soon"}"#))'",
      says: "expirationTimestamp that is not a time"),
    Failing(script: "head -c 2000000 /dev/zero", says: "printed more than a credential"),
  ])
  func saysWhyThereIsNoCredential(_ failing: Failing) async throws {
    let folder = try TemporaryFolder()
    let command = try Self.script(failing.script, in: folder)
    let run = ExecRun(plugin: try Self.plugin(command: command))
    let error = await #expect(throws: CredentialError.self) { try await run.credential() }
    let line = error?.description ?? ""
    #expect(line.contains(failing.says), "\(line)")
    #expect(line.contains("/login\""))
    #expect(!line.contains("s3cret"))
    #expect(!line.unicodeScalars.contains { $0.value < 0x20 })
  }

  @Test func aMissingCommandBringsItsInstallHint() async throws {
    let plugin = try Self.plugin(
      command: "no-such-login-command", more: "installHint: \"get it at\\nexample.org\"")
    let error = await #expect(throws: CredentialError.self) {
      try await ExecRun(plugin: plugin).credential()
    }
    #expect(
      error?.description
        == "the login command \"no-such-login-command\" is not there; get it at example.org")
  }

  @Test func aCommandThatHangsIsEnded() async throws {
    let folder = try TemporaryFolder()
    let command = try Self.script("echo $$ > '\(folder.path)/pid'\nexec sleep 600", in: folder)
    let run = ExecRun(plugin: try Self.plugin(command: command), timeout: .milliseconds(300))
    let error = await #expect(throws: CredentialError.self) { try await run.credential() }
    #expect(error?.description.contains("no answer within 300 ms") == true)
    let pid = Int32(try folder.read("pid").trimmingCharacters(in: .newlines)) ?? 0
    #expect(pid > 0 && kill(pid, 0) == -1, "the command outlived its time")
  }
}
