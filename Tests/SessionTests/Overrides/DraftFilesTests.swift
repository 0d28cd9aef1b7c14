import Dashboard
import Foundation
import Karmada
import Manifest
import Testing

@testable import Session

@Suite struct DraftFilesTests {
  private final class Folder {
    let path = NSTemporaryDirectory() + "quarterdeck-\(UUID().uuidString)/drafts"
    deinit {
      do { try FileManager.default.removeItem(atPath: path) } catch {}
    }
    var names: [String] {
      do { return try FileManager.default.contentsOfDirectory(atPath: path).sorted() } catch {
        return []
      }
    }
  }

  private let folder = Folder()
  private static let policy = PolicyReference(
    kind: "OverridePolicy", key: ObjectKey(namespace: "shop", name: "keys"))

  private func draft(
    _ text: String, server: String = "https://one", policy: PolicyReference = policy
  ) -> StoredDraft {
    StoredDraft(
      policy: policy, server: server, text: text, base: ["spec": [:]], baseText: "spec: {}\n",
      at: Time(seconds: 1_795_348_800))
  }

  /// Writes as a session that then ends, however it ends.
  private func leave(_ drafts: StoredDraft...) async throws {
    let files = DraftFiles(folder: folder.path)
    for draft in drafts { try await files.keep(draft) }
  }

  @Test func whatASessionLeavesBehindIsOfferedToTheNext() async throws {
    try await leave(draft("a: 1\n"), draft("a: 2\n"))
    let (left, complaints) = await DraftFiles(folder: folder.path).left(on: "https://one")
    #expect(left.map(\.text) == ["a: 2\n"] && complaints.isEmpty)
    #expect(left.first?.base == ["spec": [:]] && left.first?.policy == Self.policy)
    #expect(left.first?.draft.isChanged == true)
  }

  @Test func onlyTheOwnerMayReadIt() async throws {
    try await leave(draft("a: 1\n"))
    for name in folder.names {
      let attributes = try FileManager.default.attributesOfItem(
        atPath: "\(folder.path)/\(name)")
      #expect(attributes[.posixPermissions] as? Int == 0o600)
    }
    let attributes = try FileManager.default.attributesOfItem(atPath: folder.path)
    #expect(attributes[.posixPermissions] as? Int == 0o700)
  }

  @Test func aSessionThatRunsKeepsItsDraftsToItself() async throws {
    let mine = DraftFiles(folder: folder.path)
    try await mine.keep(draft("mine\n"))
    let theirs = DraftFiles(folder: folder.path)
    try await theirs.keep(draft("theirs\n"))
    #expect(await mine.left(on: "https://one").drafts.isEmpty)
    #expect(await theirs.left(on: "https://one").drafts.isEmpty)
    #expect(folder.names.count { $0.hasSuffix(".draft.json") } == 2)
    _ = (mine, theirs)
  }

  @Test func anotherServersAndAnotherPolicysDraftsAreApart() async throws {
    let other = PolicyReference(kind: "ClusterOverridePolicy", key: ObjectKey(name: "shop-keys"))
    try await leave(
      draft("1"), draft("2", server: "https://two"), draft("3", policy: other))
    let files = DraftFiles(folder: folder.path)
    #expect(Set(await files.left(on: "https://one").drafts.map(\.text)) == ["1", "3"])
    #expect(await files.left(on: "https://two").drafts.map(\.text) == ["2"])
  }

  @Test func whoGoesOnWithADraftTakesItOver() async throws {
    try await leave(draft("old\n"))
    let files = DraftFiles(folder: folder.path)
    var taken = try #require(await files.left(on: "https://one").drafts.first)
    taken.text = "newer\n"
    try await files.keep(taken)
    #expect(folder.names.count { $0.hasSuffix(".draft.json") } == 1)
    try await files.drop(Self.policy, on: "https://one", origin: taken.origin)
    #expect(!folder.names.contains { $0.hasSuffix(".draft.json") })
  }

  /// kill -9 while the editor runs: what was saved in it last is the draft.
  @Test func whatAnEditorHadSavedIsTheDraft() async throws {
    do {
      let files = DraftFiles(folder: folder.path)
      let path = try await files.beginEditing(draft("before\n"))
      #expect(path.hasSuffix(".yaml"))
      try Data("typed in the editor\n".utf8).write(to: URL(fileURLWithPath: path))
    }
    let files = DraftFiles(folder: folder.path)
    let left = try #require(await files.left(on: "https://one").drafts.first)
    #expect(left.text == "typed in the editor\n")
    try await files.keep(left)
    #expect(folder.names.filter { $0.hasSuffix(".yaml") }.isEmpty)
  }

  // MARK: $EDITOR

  private func write(_ text: String, to path: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
  }
  private func text(_ path: String) -> String? {
    FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
  }

  /// A save that ends meanwhile keeps or drops the draft: the editor's file is not its to take.
  @Test func whatAnEditorHasOpenStaysWhateverBecomesOfTheDraft() async throws {
    let files = DraftFiles(folder: folder.path)
    let path = try await files.beginEditing(draft("before\n"))
    try write("typed\n", to: path)
    try await files.keep(draft("before\n"))
    #expect(text(path) == "typed\n")
    try await files.drop(Self.policy, on: "https://one")
    #expect(text(path) == "typed\n")
    try await files.keep(draft("typed\n"))
    try await files.endEditing(Self.policy, on: "https://one")
    #expect(text(path) == nil)
    #expect(folder.names.count { $0.hasSuffix(".draft.json") } == 1)
  }

  @Test func aDraftThatWasDroppedWhileTheEditorRanGoesWithIt() async throws {
    let files = DraftFiles(folder: folder.path)
    _ = try await files.beginEditing(draft("before\n"))
    try await files.drop(Self.policy, on: "https://one")
    try await files.endEditing(Self.policy, on: "https://one")
    #expect(folder.names.allSatisfy { $0.hasSuffix(".lock") })
  }

  @Test func whatAnEditorLeavesThatIsNoDraftIsLaidAsideAndStays() async throws {
    let files = DraftFiles(folder: folder.path)
    let path = try await files.beginEditing(draft("before\n"))
    try Data([0x61, 0xFF]).write(to: URL(fileURLWithPath: path))
    let aside = try #require(try await files.rejectEditing(Self.policy, on: "https://one"))
    #expect(aside.hasSuffix(".rejected.yaml") && text(path) == nil)
    // The next key, and the end of the draft.
    try await files.keep(draft("later\n"))
    try await files.drop(Self.policy, on: "https://one")
    #expect(FileManager.default.contents(atPath: aside) == Data([0x61, 0xFF]))
    #expect(await DraftFiles(folder: folder.path).left(on: "https://one").complaints.isEmpty)
  }

  @Test func aSecondTextThatIsNoDraftLeavesTheFirstWhereItLies() async throws {
    let files = DraftFiles(folder: folder.path)
    var aside: [String] = []
    for byte in [0xFE, 0xFF] as [UInt8] {
      let path = try await files.beginEditing(draft("before\n"))
      try Data([byte]).write(to: URL(fileURLWithPath: path))
      aside.append(try #require(try await files.rejectEditing(Self.policy, on: "https://one")))
    }
    #expect(aside.last?.hasSuffix(".rejected-2.yaml") == true)
    #expect(
      aside.map { FileManager.default.contents(atPath: $0) } == [Data([0xFE]), Data([0xFF])])
  }

  /// Files that earlier versions have left are called so, the number without leading zeros.
  @Test func theNamesOfFilesStay() async throws {
    try await leave(
      draft("1"),
      draft(
        "2", policy: PolicyReference(kind: "ClusterOverridePolicy", key: ObjectKey(name: "x3000"))))
    let names = folder.names.filter { $0.hasSuffix(".draft.json") }
      .map { $0.split(separator: ".").first.map(String.init) }
    #expect(names == ["shop-keys-40913af4edaa0e6a", "x3000-c085739ecb6bcf"])
  }

  @Test func anEditorThatHasWrittenNothingLeavesNothing() async throws {
    let files = DraftFiles(folder: folder.path)
    _ = try await files.beginEditing(draft("before\n"))
    #expect(try await files.rejectEditing(Self.policy, on: "https://one") == nil)
    #expect(folder.names.filter { $0.hasSuffix(".yaml") }.isEmpty)
  }

  /// Whoever reads the file sees the one text or the other: it is put in place whole.
  @Test func theEditorsFileIsReplacedAndNotWrittenInto() async throws {
    let files = DraftFiles(folder: folder.path)
    let path = try await files.beginEditing(draft("before\n"))
    let reader = try #require(FileHandle(forReadingAtPath: path))
    _ = try await files.beginEditing(draft("after\n"))
    #expect(try reader.readToEnd() == Data("before\n".utf8))
    #expect(text(path) == "after\n")
  }

  @Test(arguments: ["", "{", "{\"version\":2}", "[]", "\u{0}"])
  func aBrokenFileIsSaidSoAndLeftAlone(text: String) async throws {
    try await leave(draft("good\n"))
    let path = folder.path + "/x-1.gone.draft.json"
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    let (left, complaints) = await DraftFiles(folder: folder.path).left(on: "https://one")
    #expect(left.map(\.text) == ["good\n"] && complaints.count == 1)
    #expect(FileManager.default.fileExists(atPath: path))
  }

  @Test func noFolderMeansNoDrafts() async {
    let (left, complaints) = await DraftFiles(folder: folder.path).left(on: "https://one")
    #expect(left.isEmpty && complaints.isEmpty)
  }

  @Test func aPlaceThatCannotBeWrittenIsSaidSo() async throws {
    let files = DraftFiles(folder: "/dev/null/drafts")
    await #expect(throws: DraftFiles.Failure.self) { try await files.keep(draft("x")) }
  }
}
