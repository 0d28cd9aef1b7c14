import Manifest

/// An override policy that is being edited: structure and YAML text are one and the same.
///
/// A change of a field is a change of the text at that field, and nothing else in the text moves;
/// a text from an editor is taken as it is, and while it cannot be read it is kept, with the reason
/// why. Nothing here talks to a server.
public struct OverrideDraft: Hashable, Sendable {
  /// What the text says, or why it says nothing.
  public enum Content: Hashable, Sendable {
    case readable(YAMLDocument)
    case unreadable(YAML.Failure)
  }

  /// The policy as the server had it when the draft began, or was last brought up to date; nil for
  /// a policy that is new.
  public internal(set) var base: JSONValue?
  /// The text that the draft began with: what "nothing changed" means.
  public internal(set) var baseText: String
  public private(set) var text: String
  public private(set) var content: Content
  private var history = DraftHistory()

  /// A draft of a text; a text that cannot be read is kept as it is.
  public init(text: String, base: JSONValue? = nil, baseText: String? = nil) {
    self.base = base
    self.baseText = baseText ?? text
    self.text = text
    content = OverrideDraft.content(of: text)
  }

  private static func content(of text: String) -> Content {
    do { return .readable(try YAMLDocument(parsing: text)) } catch { return .unreadable(error) }
  }

  // MARK: What it says

  public var document: YAMLDocument? {
    if case .readable(let document) = content { document } else { nil }
  }

  /// Why the text cannot be read; nil when it can.
  public var failure: YAML.Failure? {
    if case .unreadable(let failure) = content { failure } else { nil }
  }

  /// What the text says; nil while it cannot be read.
  public var value: JSONValue? { document?.value }

  /// By its kind; a draft that says neither counts as namespaced.
  public var scope: OverridePolicySpec.Scope {
    value?["kind"]?.string == OverridePolicySpec.Scope.cluster.rawValue ? .cluster : .namespaced
  }
  public var name: String { value?[path: "metadata", "name"]?.string ?? "" }
  public var namespace: String {
    scope == .cluster ? "" : value?[path: "metadata", "namespace"]?.string ?? ""
  }

  /// Something is different from what the draft began with.
  public var isChanged: Bool { text != baseText }

  /// A value of the policy; nil where there is none.
  public subscript(pointer: JSONPointer) -> JSONValue? { value?[pointer] }

  /// The line of a field, from 1; of the nearest thing around it where it is not written.
  public func line(of pointer: JSONPointer) -> Int? {
    guard let document else { return failure.flatMap { $0.line > 0 ? $0.line : nil } }
    var pointer = pointer
    while true {
      if let place = document.place(of: pointer) { return place.lines.lowerBound }
      guard !pointer.tokens.isEmpty else { return nil }
      pointer.tokens.removeLast()
    }
  }

  // MARK: Changing it

  /// Makes one change. While `isTyping`, changes of the same field count as one when they are
  /// undone. On a failure nothing has changed.
  public mutating func apply(
    _ edit: YAMLEdit, isTyping: Bool = false
  ) throws(OverrideDraftFailure) {
    try change(edit.pointer, isTyping: isTyping) { document throws(YAMLEditFailure) in
      try document.apply(edit)
    }
  }

  /// Makes the text say another policy, with as few changes as can be found.
  public mutating func become(_ value: JSONValue) throws(OverrideDraftFailure) {
    try change(JSONPointer(), isTyping: false) { document throws(YAMLEditFailure) in
      try document.become(value)
    }
  }

  /// Writes the whole text anew, comments lost: for what cannot be changed in place.
  public mutating func rewrite(_ value: JSONValue) {
    setText(YAML.write(value))
  }

  /// Takes a text as it is, whatever it says.
  public mutating func setText(_ new: String, isTyping: Bool = false) {
    guard new != text else { return }
    history.note(text, at: nil, isTyping: isTyping)
    show(new)
  }

  mutating func change(
    _ pointer: JSONPointer, isTyping: Bool,
    _ body: (inout YAMLDocument) throws(YAMLEditFailure) -> Void
  ) throws(OverrideDraftFailure) {
    guard case .readable(var document) = content else {
      throw OverrideDraftFailure(.unreadable, failure.map { "\($0)" } ?? "")
    }
    do { try body(&document) } catch {
      throw OverrideDraftFailure(.notInPlace(error.reason), "\(error)")
    }
    guard document.text != text else { return }
    history.note(text, at: pointer, isTyping: isTyping)
    text = document.text
    content = .readable(document)
  }

  private mutating func show(_ new: String) {
    text = new
    content = OverrideDraft.content(of: new)
  }

  // MARK: Undo

  public var canUndo: Bool { history.canUndo }
  public var canRedo: Bool { history.canRedo }

  /// Nothing can be undone or redone any more.
  mutating func forgetHistory() { history = DraftHistory() }

  /// Ends a run of typing: the next change is undone by itself.
  public mutating func endTyping() { history.endTyping() }

  /// Takes the last change back; false when there is none.
  @discardableResult
  public mutating func undo() -> Bool {
    guard let earlier = history.undo(from: text) else { return false }
    show(earlier)
    return true
  }

  /// Makes the change again that was taken back last; false when there is none.
  @discardableResult
  public mutating func redo() -> Bool {
    guard let later = history.redo(from: text) else { return false }
    show(later)
    return true
  }
}

/// Why a draft cannot be changed so. Nothing was changed.
public struct OverrideDraftFailure: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Reason: Hashable, Sendable {
    /// The text must be put right first.
    case unreadable
    /// The text cannot be changed at that place; `rewrite` can, at the cost of its comments.
    case notInPlace(YAMLEditFailure.Reason)
    /// There is no such rule or overrider.
    case missing
  }
  public var reason: Reason
  public var description: String

  public init(_ reason: Reason, _ description: String) {
    self.reason = reason
    self.description =
      reason == .unreadable ? "the text cannot be read yet: \(description)" : description
  }
}
