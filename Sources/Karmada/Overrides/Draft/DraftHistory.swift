import Manifest

/// Earlier and later texts of a draft.
struct DraftHistory: Hashable, Sendable {
  /// Steps, and bytes of all texts together: a paste of 10,000 lines may not fill the memory when
  /// it is edited for an hour.
  static let stepLimit = 500
  static let byteLimit = 32 << 20

  private var earlier: [String] = []
  private var later: [String] = []
  private var bytes = 0
  /// Where the last change was, while it can still be added to.
  private var typing: Typing?

  private enum Typing: Hashable, Sendable {
    case field(JSONPointer)
    case text
  }

  var canUndo: Bool { !earlier.isEmpty }
  var canRedo: Bool { !later.isEmpty }

  /// Takes a text down that is about to change; `pointer` is nil when all of it may.
  mutating func note(_ text: String, at pointer: JSONPointer?, isTyping: Bool) {
    let place: Typing = pointer.map { .field($0) } ?? .text
    let continues = isTyping && typing == place
    typing = isTyping ? place : nil
    later = []
    if continues { return }
    earlier.append(text)
    bytes += text.utf8.count
    while earlier.count > 1, earlier.count > Self.stepLimit || bytes > Self.byteLimit {
      bytes -= earlier.removeFirst().utf8.count
    }
  }

  mutating func endTyping() { typing = nil }

  mutating func undo(from text: String) -> String? {
    typing = nil
    guard let last = earlier.popLast() else { return nil }
    bytes -= last.utf8.count
    later.append(text)
    return last
  }

  mutating func redo(from text: String) -> String? {
    typing = nil
    guard let next = later.popLast() else { return nil }
    earlier.append(text)
    bytes += text.utf8.count
    return next
  }
}
