import Foundation
import GRDB
import Glibc
import Karmada
import Manifest
import Testing

@testable import Journal

@Suite struct JournalTests {
  private let folder = Folder()
  private var path: String { folder.path + "/deep/journal.sqlite" }
  private static let noon = Time(nanoseconds: 1_000_000_000)

  private func record(_ id: String, at: Time = noon) -> RollbackRecord {
    RollbackRecord(
      id: id, server: "https://karmada:5443", context: "prod",
      policy: PolicyReference(
        kind: "PropagationPolicy", key: ObjectKey(namespace: "shop", name: "web")),
      by: "ada@deck", reason: "INC-7", startedAt: at, plan: ["templates": [["name": "web"]]])
  }

  @Test func keepsWhatItWasTold() throws {
    var written = record("web-1")
    do {
      let journal = try Journal(path: path)
      try journal.begin(written)
      try journal.append("setFlag", "begun", detail: ["to": true], at: Self.noon, to: "web-1")
      try journal.append(
        "setFlag", "done", at: Self.noon + .seconds(1), to: "web-1")
      var object = ObjectReference()
      object.apiVersion = "apps/v1"
      object.kind = "Deployment"
      (object.namespace, object.name, object.uid) = ("shop", "web", "u-1")
      let member = SnapshotRecord(
        role: .member, cluster: "member1", object: object, resourceVersion: "7",
        isComplete: false, body: ["spec": ["replicas": 3]])
      try journal.setSnapshots([member], of: "web-1")
    }
    let journal = try Journal(path: path)
    written.updatedAt = Self.noon + .seconds(1)
    #expect(try journal.rollback("web-1") == written)
    let steps = try journal.steps(of: "web-1")
    #expect(steps.map(\.sequence) == [1, 2])
    #expect(steps.map(\.state) == ["begun", "done"])
    #expect(steps.first?.detail == ["to": true])
    let snapshots = try journal.snapshots(of: "web-1")
    #expect(snapshots.count == 1)
    #expect(snapshots.first?.object.uid == "u-1")
    #expect(snapshots.first?.isComplete == false)
    #expect(snapshots.first?.body == ["spec": ["replicas": 3]])
  }

  @Test func listsTheNewestFirstAndTellsWhichAreOpen() throws {
    let journal = try Journal(path: path)
    try journal.begin(record("old", at: Self.noon))
    try journal.begin(record("new", at: Self.noon + .seconds(60)))
    try journal.setOutcome("done", of: "old", at: Self.noon + .seconds(30))
    let all = try journal.rollbacks()
    #expect(all.map(\.id) == ["new", "old"])
    #expect(all.map(\.outcome) == [nil, "done"])
  }

  @Test func aStepOfAnUnknownRunIsRefused() throws {
    let journal = try Journal(path: path)
    #expect(throws: JournalError.self) {
      try journal.append("setFlag", "begun", at: Self.noon, to: "nobody")
    }
    #expect(try journal.steps(of: "nobody").isEmpty)
  }

  @Test func theAuditShowsWhatWasCutOff() throws {
    let journal = try Journal(path: path)
    let sent = AuditRecord(
      at: Self.noon, server: "s", context: "prod", user: "ada", reason: "INC-7",
      request: "DELETE /apis/apps/v1/namespaces/shop/deployments/web",
      body: ["preconditions": ["uid": "u-1"]])
    let first = try journal.note(sent)
    _ = try journal.note(sent)
    try journal.complete(first, outcome: "200")
    #expect(try journal.audits().map(\.outcome) == [nil, "200"])
  }

  @Test func onlyItsOwnerMayReadIt() throws {
    let journal = try Journal(path: path)
    try journal.begin(record("web-1"))
    for file in [path, path + "-wal", path + "-shm"] {
      let attributes = try FileManager.default.attributesOfItem(atPath: file)
      #expect(attributes[.posixPermissions] as? Int == 0o600, "\(file)")
    }
    let deep = try FileManager.default.attributesOfItem(atPath: folder.path + "/deep")
    #expect(deep[.posixPermissions] as? Int == 0o700)
  }

  @Test func takesAJournalBackFromCuriousEyes() throws {
    _ = try Journal(path: path)
    try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
    _ = try Journal(path: path)
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    #expect(attributes[.posixPermissions] as? Int == 0o600)
  }

  /// Eight connections of their own, as eight programs would have, on a file that is not there yet.
  @Test func manyProgramsAtOnceLoseNothing() async throws {
    let path = path
    try await withThrowingTaskGroup(of: Void.self) { group in
      for program in 0..<8 {
        group.addTask {
          let journal = try Journal(path: path)
          let id = "run-\(program)"
          try journal.begin(self.record(id))
          for step in 0..<20 {
            try journal.append("step\(step)", "done", at: Self.noon, to: id)
            try journal.append("shared", "done", at: Self.noon, to: id)
          }
        }
      }
      try await group.waitForAll()
    }
    let journal = try Journal(path: path)
    #expect(try journal.rollbacks().count == 8)
    for program in 0..<8 {
      #expect(try journal.steps(of: "run-\(program)").map(\.sequence) == Array(1...40))
    }
  }

  @Test func saysThatAnotherProgramHoldsIt() throws {
    let journal = try Journal(path: path)
    try journal.begin(record("web-1"))
    let other = try DatabaseQueue(path: path)
    let impatient = try Journal(path: path, patience: 0.05)
    try other.writeWithoutTransaction { db in
      try db.execute(sql: "BEGIN IMMEDIATE")
      #expect {
        try impatient.append("setFlag", "begun", at: Self.noon, to: "web-1")
      } throws: {
        ($0 as? JournalError)?.kind == .busy
      }
      try db.execute(sql: "ROLLBACK")
    }
    try impatient.append("setFlag", "begun", at: Self.noon, to: "web-1")
  }

  @Test func aFolderThatCannotBeMadeIsNamed() throws {
    let blocked = folder.path + "/file"
    try Data().write(to: URL(fileURLWithPath: blocked))
    #expect {
      _ = try Journal(path: blocked + "/state/journal.sqlite")
    } throws: { error in
      guard let error = error as? JournalError else { return false }
      return error.kind == .unwritable && "\(error)".contains("XDG_STATE_HOME")
    }
  }

  @Test func whatIsNoJournalIsLeftAlone() throws {
    let text = Data(String(repeating: "dear diary, ", count: 500).utf8)
    let file = folder.path + "/notes.sqlite"
    try text.write(to: URL(fileURLWithPath: file))
    #expect {
      _ = try Journal(path: file)
    } throws: {
      ($0 as? JournalError)?.kind == .corrupt
    }
    #expect(try Data(contentsOf: URL(fileURLWithPath: file)) == text)
  }

  @Test func aNewerProgramsJournalIsNotTouched() throws {
    _ = try Journal(path: path)
    let queue = try DatabaseQueue(path: path)
    try queue.write { db in
      try db.execute(sql: "INSERT INTO grdb_migrations VALUES ('of the year 2031')")
    }
    #expect {
      _ = try Journal(path: path)
    } throws: {
      ($0 as? JournalError)?.kind == .newer
    }
  }

  /// SQLite's own limit stands in for a disk that is full: the same result code, the same path.
  @Test func aFullDiskIsSaidAndNothingIsHalfWritten() throws {
    let journal = try Journal(path: path)
    try journal.begin(record("web-1"))
    try journal.write { db in
      let pages = try Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0
      try db.execute(sql: "PRAGMA max_page_count = \(pages + 2)")
    }
    let big = SnapshotRecord(
      role: .template, object: ObjectReference(), resourceVersion: "1",
      body: ["text": .string(String(repeating: "x", count: 200_000))])
    let small = SnapshotRecord(
      role: .policy, object: ObjectReference(), resourceVersion: "1", body: [:])
    #expect {
      try journal.setSnapshots([small, big], of: "web-1")
    } throws: {
      ($0 as? JournalError)?.kind == .full
    }
    #expect(try journal.snapshots(of: "web-1").isEmpty)
  }
}

/// A folder that is removed with its content when the value goes away.
final class Folder: Sendable {
  let path = NSTemporaryDirectory() + "quarterdeck-\(UUID().uuidString)"
  init() {
    do {
      try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: true)
    } catch {
      Issue.record("no folder \(path): \(error)")
    }
  }
  deinit {
    do {
      try FileManager.default.removeItem(atPath: path)
    } catch {
      print("left behind: \(path) (\(error))")
    }
  }
}
