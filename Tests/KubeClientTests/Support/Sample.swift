import ControlPlane
import Foundation

@testable import KubeClient

extension FileReader {
  /// Files that exist in memory alone.
  static func memory(_ files: [String: String], unreadable: Set<String> = []) -> FileReader {
    FileReader(
      read: { (path: String) throws(Failure) in
        if unreadable.contains(path) { throw .unreadable("Permission denied") }
        guard let text = files[path] else { throw .missing }
        return Array(text.utf8)
      },
      stamp: { files[$0].map { Stamp([$0.count]) } })
  }
}

enum Sample {
  /// A kubeconfig of one context, with lines added to its cluster and user (which come 2 spaces deep).
  static func kubeconfig(
    server: String = "https://10.0.0.1:5443", cluster: String = "", user: String = ""
  ) -> String {
    """
    apiVersion: v1
    kind: Config
    current-context: karmada
    contexts:
    - name: karmada
      context: {cluster: plane, user: admin, namespace: shop}
    clusters:
    - name: plane
      cluster:
        server: \(server)
    \(indented(cluster))
    users:
    - name: admin
      user:
        x: ""
    \(indented(user))
    """
  }

  private static func indented(_ lines: String) -> String {
    lines.split(separator: "\n", omittingEmptySubsequences: false).map { "  \($0)" }
      .joined(separator: "\n")
  }

  static let certificate = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
  static let key = "-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n"

  static func base64(_ text: String) -> String { Data(text.utf8).base64EncodedString() }

  static func resolve(
    cluster: String = "", user: String = "", files: [String: String] = [:]
  ) throws(KubeconfigError) -> ResolvedContext {
    try resolve(text: kubeconfig(cluster: cluster, user: user), files: files)
  }

  static func resolve(
    text: String, context: String? = nil, files: [String: String] = [:]
  ) throws(KubeconfigError) -> ResolvedContext {
    try Kubeconfig(parsing: Array(text.utf8), file: "/home/me/.kube/config")
      .resolve(context: context, reader: .memory(files))
  }
}

extension KubeClient {
  /// A client of a test's own server; nothing of this machine's environment has a say.
  convenience init(
    url: String, cluster: String = "", user: String = "", impersonation: Impersonation? = nil
  ) throws {
    let text = Sample.kubeconfig(server: url, cluster: cluster, user: user)
    let context = try Kubeconfig(parsing: Array(text.utf8), file: "/test/config")
      .resolve(reader: .disk)
    try self.init(context, impersonation: impersonation, version: "0.test", environment: [:])
  }
}

/// The `APIError` that a call throws; nil when it throws none.
func apiError(_ body: () async throws -> Void) async -> APIError? {
  do {
    try await body()
    return nil
  } catch let error as APIError {
    return error
  } catch {
    return APIError(.protocol, message: "not an APIError: \(error)")
  }
}
