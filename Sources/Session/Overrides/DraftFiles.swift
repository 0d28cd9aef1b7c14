import Dashboard
import Foundation
import Glibc
import Karmada
import Manifest

/// Drafts of override policies on the disk: one file each, readable by its owner only, written so
/// that after any crash there is either the earlier text or the later one, never half of one.
///
/// Each session has files of its own and a lock that ends with it, however it ends: two dashboards
/// that edit one policy do not overwrite each other's draft, and only what a session that is gone
/// has left behind is offered.
public actor DraftFiles {
  /// Why a draft cannot be kept. What was typed is still in the dashboard.
  public struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
    public var path: String
    public var message: String
    public var description: String {
      "the draft is not kept on the disk (\(path): \(message)); it is lost if this program ends"
    }
  }

  private let folder: String
  /// Of this session, in its files' names.
  private let session: String
  /// Held as long as this lives; nil until the first draft.
  private var lock: SessionLock?
  /// Drafts whose text is in an editor, by path: true where the draft has been dropped since.
  private var inEditor: [String: Bool] = [:]

  /// - Parameter folder: `XDG_STATE_HOME/quarterdeck/drafts`; made with the first draft.
  public init(folder: String) {
    self.folder = folder
    session = String(UInt64.random(in: .min ... .max), radix: 16)
  }

  // MARK: Writing

  /// Keeps a draft in place of an earlier one of the same policy. Returns once it is on the disk.
  public func keep(_ draft: StoredDraft) throws(Failure) {
    try begin()
    let path = path(of: draft.policy, on: draft.server)
    try replace(path, by: draft.json.serialized())
    if inEditor[path] != nil { inEditor[path] = false }
    // This session goes on with what another left behind; its text is in here.
    if !draft.origin.isEmpty { try removeDraft("\(folder)/\(draft.origin)") }
  }

  /// A file for $EDITOR with the draft's text, beside the draft itself: what was saved there is the
  /// draft's text for the next start, should this program end while the editor runs. It stays until
  /// `endEditing`, whatever becomes of the draft meanwhile.
  public func beginEditing(_ draft: StoredDraft) throws(Failure) -> String {
    try keep(draft)
    let path = path(of: draft.policy, on: draft.server)
    try replace(path + Self.editorSuffix, by: Array(draft.text.utf8))
    inEditor[path] = false
    return path + Self.editorSuffix
  }

  /// What was written in the editor is the draft's text now, and has been kept.
  public func endEditing(_ policy: PolicyReference, on server: String) throws(Failure) {
    let path = path(of: policy, on: server)
    let isDropped = inEditor.removeValue(forKey: path) ?? false
    try remove(path + Self.editorSuffix)
    if isDropped { try remove(path) }
  }

  /// What was written in the editor cannot be the draft's text: it is laid aside, where nobody reads
  /// it but people.
  ///
  /// Returns where it lies now; nil where nothing was written.
  public func rejectEditing(
    _ policy: PolicyReference, on server: String
  ) throws(Failure) -> String? {
    let path = path(of: policy, on: server)
    let written = FileManager.default.contents(atPath: path + Self.editorSuffix)
    guard let written, !written.isEmpty, written != handedOut(path) else {
      try endEditing(policy, on: server)
      return nil
    }
    let aside = freeRejected(path)
    guard rename(path + Self.editorSuffix, aside) == 0 else {
      throw Failure(path: aside, message: Self.reason)
    }
    try endEditing(policy, on: server)
    return aside
  }

  /// A name that no earlier text lies under: each was typed by somebody.
  private func freeRejected(_ path: String) -> String {
    var (name, number) = (path + ".rejected.yaml", 1)
    while FileManager.default.fileExists(atPath: name) {
      number += 1
      name = "\(path).rejected-\(number).yaml"
    }
    return name
  }

  /// What the editor began with.
  private func handedOut(_ path: String) -> Data? {
    guard let data = FileManager.default.contents(atPath: path) else { return nil }
    do {
      return try JSONValue(parsing: [UInt8](data))["text"]?.string.map { Data($0.utf8) }
    } catch { return nil }
  }

  /// Forgets a draft of this session, and the file that it was read from; that there is none is as
  /// good.
  public func drop(
    _ policy: PolicyReference, on server: String, origin: String = ""
  ) throws(Failure) {
    let path = path(of: policy, on: server)
    if inEditor[path] == nil { try removeDraft(path) } else { inEditor[path] = true }
    if !origin.isEmpty { try removeDraft("\(folder)/\(origin)") }
  }

  private func removeDraft(_ path: String) throws(Failure) {
    try remove(path)
    try remove(path + Self.editorSuffix)
  }

  private func remove(_ path: String) throws(Failure) {
    guard unlink(path) == 0 || errno == ENOENT else {
      throw Failure(path: path, message: Self.reason)
    }
  }

  /// Makes the folder and takes this session's lock.
  private func begin() throws(Failure) {
    guard lock == nil else { return }
    do {
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true,
        attributes: [.posixPermissions: 0o700])
    } catch {
      throw Failure(path: folder, message: "no such folder, and it cannot be made")
    }
    let path = lockPath(of: session)
    lock = SessionLock(path)
    if lock == nil { throw Failure(path: path, message: Self.reason) }
  }

  private func lockPath(of session: String) -> String { "\(folder)/\(session).lock" }

  /// Whether the session that wrote a file still runs, in this process or another.
  private func isLeft(_ name: String) -> Bool {
    let owner = name.dropLast(Self.suffix.count).split(separator: ".").last.map(String.init) ?? ""
    if owner == session { return false }
    let file = open(lockPath(of: owner), O_RDWR | O_CLOEXEC)
    guard file >= 0 else { return true }
    defer { close(file) }
    return flock(file, LOCK_EX | LOCK_NB) == 0
  }

  /// Puts a file in place of another: at any moment there is the one or the other, whole.
  private func replace(_ path: String, by bytes: [UInt8]) throws(Failure) {
    let temporary = "\(path).new"
    try write(bytes, to: temporary)
    guard rename(temporary, path) == 0 else {
      let why = Self.reason
      unlink(temporary)
      throw Failure(path: path, message: why)
    }
    // The name is in the folder only once that is on the disk too.
    try synchronize(folder)
  }

  private func write(_ bytes: [UInt8], to path: String) throws(Failure) {
    let file = open(path, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard file >= 0 else { throw Failure(path: path, message: Self.reason) }
    var rest = bytes[...]
    while !rest.isEmpty {
      let written = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
      if written < 0, errno == EINTR { continue }
      guard written > 0 else { break }
      rest = rest.dropFirst(written)
    }
    let isWhole = rest.isEmpty && fsync(file) == 0
    let why = Self.reason
    close(file)
    if isWhole { return }
    unlink(path)
    throw Failure(path: path, message: why)
  }

  private func synchronize(_ folder: String) throws(Failure) {
    let file = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard file >= 0 else { throw Failure(path: folder, message: Self.reason) }
    defer { close(file) }
    guard fsync(file) == 0 else { throw Failure(path: folder, message: Self.reason) }
  }

  private static var reason: String { String(cString: strerror(errno)) }

  // MARK: Reading

  private static let suffix = ".draft.json"
  /// A name by which editors know YAML.
  private static let editorSuffix = ".yaml"

  /// Drafts for a control plane that sessions which are gone have left, the newest first, and a line
  /// for each that cannot be read. The files stay where they are.
  public func left(on server: String) -> (drafts: [StoredDraft], complaints: [String]) {
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: folder)
    } catch {
      // No folder, no drafts.
      return ([], [])
    }
    var (drafts, complaints): ([StoredDraft], [String]) = ([], [])
    for name in names.sorted() where name.hasSuffix(Self.suffix) && isLeft(name) {
      let path = "\(folder)/\(name)"
      guard let data = FileManager.default.contents(atPath: path) else {
        complaints.append("the draft \(path) cannot be read")
        continue
      }
      do throws(JSONScanner.Failure) {
        let value = try JSONValue(parsing: [UInt8](data))
        guard var draft = StoredDraft(json: value) else {
          complaints.append("the draft \(path) is of another form than this version writes")
          continue
        }
        draft.origin = name
        if let text = editedText(path + Self.editorSuffix) { draft.text = text }
        if draft.server == server { drafts.append(draft) }
      } catch {
        complaints.append("the draft \(path) cannot be read: \(error)")
      }
    }
    return (drafts.sorted { $0.at > $1.at }, complaints)
  }

  /// What an editor had saved; nil where none was at work, or it is no text.
  private func editedText(_ path: String) -> String? {
    guard let data = FileManager.default.contents(atPath: path), !data.isEmpty else { return nil }
    return String(validating: data, as: UTF8.self)
  }

  /// A name that a person recognises, with a number that keeps servers and lookalikes apart.
  private func path(of policy: PolicyReference, on server: String) -> String {
    let words = [policy.key.namespace, policy.key.name].filter { !$0.isEmpty }
    let name = String(words.joined(separator: "-").prefix(80)).map { character in
      character.isASCII && (character.isLetter || character.isNumber || "-.".contains(character))
        ? character : "_"
    }
    let key = "\(server)\n\(policy.kind)\n\(policy.key.namespace)\n\(policy.key.name)"
    let number = String(FNV.hash(key.utf8), radix: 16)
    return "\(folder)/\(String(name))-\(number).\(session)\(Self.suffix)"
  }
}

/// Says that a session runs, for as long as the value lives and however the program ends.
private final class SessionLock {
  private let path: String
  private let file: Int32

  init?(_ path: String) {
    self.path = path
    file = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
    if file < 0 { return nil }
    guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
      close(file)
      return nil
    }
  }

  deinit {
    unlink(path)
    close(file)
  }
}

extension StoredDraft {
  var json: JSONValue {
    var value: JSONValue = [
      "version": 1, "kind": .string(policy.kind), "namespace": .string(policy.key.namespace),
      "name": .string(policy.key.name), "server": .string(server), "at": .int(at.nanoseconds),
      "text": .string(text), "baseText": .string(baseText),
    ]
    if let base { value["base"] = base }
    return value
  }

  init?(json: JSONValue) {
    guard json["version"] == 1, let kind = json["kind"]?.string, let name = json["name"]?.string,
      let server = json["server"]?.string, let text = json["text"]?.string,
      case .int(let at)? = json["at"]
    else { return nil }
    self.init(
      policy: PolicyReference(
        kind: kind, key: ObjectKey(namespace: json["namespace"]?.string ?? "", name: name)),
      server: server, text: text, base: json["base"], baseText: json["baseText"]?.string ?? text,
      at: Time(nanoseconds: at))
  }
}
