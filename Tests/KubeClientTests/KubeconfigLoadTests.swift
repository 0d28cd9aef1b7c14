import Testing

@testable import KubeClient

@Suite struct KubeconfigLoadTests {
  private static func file(_ context: String?, cluster: String, server: String) -> String {
    (context.map { "current-context: \($0)\n" } ?? "") + """
      contexts: [{name: \(context ?? "other"), context: {cluster: \(cluster)}}]
      clusters: [{name: \(cluster), cluster: {server: "\(server)"}}]
      """
  }

  @Test func theFirstFileToNameSomethingWins() throws {
    let reader = FileReader.memory([
      "/a": Self.file(nil, cluster: "c", server: "https://first"),
      "/b": Self.file("ctx", cluster: "c", server: "https://second"),
      "/c": Self.file("late", cluster: "d", server: "https://third"),
    ])
    let config = try Kubeconfig.load(
      environment: ["KUBECONFIG": "/a::/b:/missing:/c:/a"], reader: reader)
    #expect(config.files == ["/a", "/b", "/c"])
    #expect(config.currentContext == "ctx")
    #expect(config.contextNames == ["other", "ctx", "late"])
    #expect(try config.resolve().server.host == "first")
    #expect(try config.resolve(context: "late").server.host == "third")
  }

  @Test func entriesAreTakenWholeNotFieldByField() throws {
    let reader = FileReader.memory([
      "/a": "users: [{name: u, user: {token: one}}]",
      "/b": Sample.kubeconfig() + "\n- name: u\n  user: {tokenFile: /t}\n",
    ])
    let config = try Kubeconfig.load(environment: ["KUBECONFIG": "/a:/b"], reader: reader)
    #expect(config.users.first { $0.name == "u" }?.fields == ["token": "one"])
  }

  @Test func relativePathsStayWithTheirFileAfterMerging() throws {
    let reader = FileReader.memory([
      "/x/a": "current-context: k\ncontexts: [{name: k, context: {cluster: c}}]",
      "/y/b": "clusters: [{name: c, cluster: {server: 'https://h', certificate-authority: ca}}]",
      "/y/ca": Sample.certificate,
    ])
    let config = try Kubeconfig.load(environment: ["KUBECONFIG": "/x/a:/y/b"], reader: reader)
    #expect(try config.resolve(reader: reader).tls.authorities == Array(Sample.certificate.utf8))
  }

  @Test func anExplicitPathStandsAlone() throws {
    let reader = FileReader.memory([
      "/a": Self.file("one", cluster: "c", server: "https://x"),
      "/b": Self.file("two", cluster: "c", server: "https://y"),
    ])
    let config = try Kubeconfig.load(
      explicitPath: "/b", environment: ["KUBECONFIG": "/a", "HOME": "/"], reader: reader)
    #expect(config.contextNames == ["two"])
  }

  @Test func withoutKUBECONFIGTheHomeFolderIsLookedInto() throws {
    let reader = FileReader.memory([
      "/home/me/.kube/config": Self.file("h", cluster: "c", server: "https://x")
    ])
    let config = try Kubeconfig.load(
      environment: ["HOME": "/home/me", "KUBECONFIG": ""], reader: reader)
    #expect(config.currentContext == "h")
  }

  struct Missing: Sendable {
    var explicit: String?
    var environment: [String: String]
    var kind: KubeconfigError.Kind
    var says: String
  }
  @Test(arguments: [
    Missing(
      explicit: "/nope", environment: ["KUBECONFIG": "/good"], kind: .missing,
      says: "/nope: there is no such file; --kubeconfig has to name"),
    Missing(
      environment: ["KUBECONFIG": "/nope:/no"], kind: .missing,
      says: "no file that KUBECONFIG names exists (/nope, /no); correct KUBECONFIG"),
    Missing(
      environment: ["HOME": "/nobody"], kind: .missing,
      says: "/nobody/.kube/config: there is no such file; put a kubeconfig there"),
    Missing(environment: [:], kind: .missing, says: "neither KUBECONFIG nor HOME is set"),
    Missing(
      environment: ["KUBECONFIG": "/good:/secret"], kind: .unreadable,
      says: "/secret: it cannot be read: Permission denied; check its permissions"),
    Missing(environment: ["KUBECONFIG": "/empty"], kind: .empty, says: "/empty: it is empty"),
    Missing(
      environment: ["KUBECONFIG": "/good:/bad"], kind: .notYAML, says: "/bad: it is not YAML"),
  ])
  func saysWhichFileIsMissingOrUnreadable(_ missing: Missing) {
    let reader = FileReader.memory(
      ["/good": Sample.kubeconfig(), "/empty": "", "/bad": "{"], unreadable: ["/secret"])
    let error = #expect(throws: KubeconfigError.self) {
      _ = try Kubeconfig.load(
        explicitPath: missing.explicit, environment: missing.environment, reader: reader)
    }
    #expect(error?.kind == missing.kind)
    #expect(error?.description.contains(missing.says) == true, "\(error?.description ?? "")")
  }

  @Test func anEmptyFileAmongOthersIsPassedOver() throws {
    let reader = FileReader.memory(["/good": Sample.kubeconfig(), "/empty": ""])
    let config = try Kubeconfig.load(environment: ["KUBECONFIG": "/empty:/good"], reader: reader)
    #expect(config.files == ["/good"])
  }

  @Test func readsRealFilesAndSaysWhyNot() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("config", Sample.kubeconfig())
    #expect(try Kubeconfig.load(explicitPath: path, environment: [:]).contextNames == ["karmada"])
    let error = #expect(throws: KubeconfigError.self) {
      _ = try Kubeconfig.load(explicitPath: folder.path, environment: [:])
    }
    #expect(error?.description.contains("cannot be read: Is a directory") == true)
  }
}
