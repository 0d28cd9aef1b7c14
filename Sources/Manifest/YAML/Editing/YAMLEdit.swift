/// One change to a document, told apart from how the text of it changes.
public enum YAMLEdit: Hashable, Sendable {
  /// Puts a value in the place of another, or adds a member. The parent must be there.
  case set(JSONValue, at: JSONPointer)
  /// Adds an element before the one at the pointer ("-" or the count: at the end), or a member
  /// that is not there yet.
  case insert(JSONValue, at: JSONPointer)
  case remove(JSONPointer)
  /// Moves an element within its list; `to` is its index afterwards.
  case move(JSONPointer, to: Int)
  /// Gives a member another key, in the same place.
  case rename(JSONPointer, to: String)

  /// The pointer the edit is about.
  public var pointer: JSONPointer {
    switch self {
    case .set(_, let pointer), .insert(_, let pointer), .remove(let pointer),
      .move(let pointer, _), .rename(let pointer, _):
      pointer
    }
  }

  /// The value with the change made: what the edited text must read as.
  public func applied(to value: JSONValue) throws(YAMLEditFailure) -> JSONValue {
    var result = value
    guard let last = pointer.tokens.last else {
      guard case .set(let new, _) = self else { throw YAMLEditFailure(.wholeDocument, pointer) }
      return new
    }
    let parent = JSONPointer(tokens: Array(pointer.tokens.dropLast()))
    do {
      var container = try parent.value(in: value)
      try change(&container, at: last)
      try parent.set(container, in: &result)
    } catch let failure as YAMLEditFailure {
      throw failure
    } catch {
      throw YAMLEditFailure(.missing, pointer)
    }
    return result
  }

  private func change(_ container: inout JSONValue, at token: String) throws(YAMLEditFailure) {
    switch container {
    case .object(var object):
      try change(&object, at: token)
      container = .object(object)
    case .array(var list):
      try change(&list, at: token)
      container = .array(list)
    // Where nothing is written a collection can begin.
    case .null where isAddition:
      container = try fresh(at: token)
    default: throw YAMLEditFailure(.missing, pointer)
    }
  }

  private var isAddition: Bool {
    switch self {
    case .set, .insert: true
    case .remove, .move, .rename: false
    }
  }

  private func fresh(at token: String) throws(YAMLEditFailure) -> JSONValue {
    switch self {
    case .insert(let new, _) where token == "-" || token == "0": .array([new])
    case .set(let new, _), .insert(let new, _): .object([token: new])
    case .remove, .move, .rename: throw YAMLEditFailure(.missing, pointer)
    }
  }

  private func change(_ object: inout JSONObject, at key: String) throws(YAMLEditFailure) {
    switch self {
    case .set(let new, _): object[key] = new
    case .insert(let new, _):
      guard object[key] == nil else { throw YAMLEditFailure(.keyTaken(key), pointer) }
      object[key] = new
    case .remove:
      guard object[key] != nil else { throw YAMLEditFailure(.missing, pointer) }
      object[key] = nil
    case .rename(_, let name):
      guard let value = object[key] else { throw YAMLEditFailure(.missing, pointer) }
      guard name == key || object[name] == nil else {
        throw YAMLEditFailure(.keyTaken(name), pointer)
      }
      object[key] = nil
      object[name] = value
    case .move: throw YAMLEditFailure(.notAList, pointer)
    }
  }

  private func change(_ list: inout [JSONValue], at token: String) throws(YAMLEditFailure) {
    if case .insert(let new, _) = self {
      let index = token == "-" ? list.count : Int(token)
      guard let index, 0...list.count ~= index else { throw YAMLEditFailure(.missing, pointer) }
      list.insert(new, at: index)
      return
    }
    guard let index = Int(token), list.indices.contains(index) else {
      throw YAMLEditFailure(.missing, pointer)
    }
    switch self {
    case .set(let new, _): list[index] = new
    case .remove: list.remove(at: index)
    case .move(_, let target):
      guard list.indices.contains(target) else { throw YAMLEditFailure(.missing, pointer) }
      list.insert(list.remove(at: index), at: target)
    case .insert, .rename: throw YAMLEditFailure(.notAnObject, pointer)
    }
  }
}

/// Why a text cannot be changed in place. Nothing was changed.
public struct YAMLEditFailure: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Reason: Hashable, Sendable {
    /// There is nothing there.
    case missing
    case notAList
    case notAnObject
    case keyTaken(String)
    /// The document as a whole can only be set.
    case wholeDocument
    /// The value is, holds, or stands in something that other places repeat through an alias.
    case anchored(name: String, line: Int)
    /// What stands there is an alias; the change belongs where its anchor is.
    case alias(name: String)
    /// The member comes from a merge key.
    case merged
    /// The text breaks its lines in a way that few programs know (a lone carriage return, U+0085,
    /// U+2028 or U+2029).
    case lineBreaks
    /// Whatever was tried, the text would not read as it should.
    case unclear
  }

  public var reason: Reason
  public var pointer: JSONPointer

  public init(_ reason: Reason, _ pointer: JSONPointer) {
    self.reason = reason
    self.pointer = pointer
  }

  public var description: String {
    let place = pointer.tokens.isEmpty ? "the document" : "\(pointer)"
    return switch reason {
    case .missing: "there is nothing at \(place)"
    case .notAList: "\(place) is in no list"
    case .notAnObject: "\(place) is no member of an object"
    case .keyTaken(let key): "there is already a \(key) beside \(place)"
    case .wholeDocument: "the whole document can only be replaced"
    case .anchored(let name, let line):
      "\(place) is repeated through the alias *\(name) on line \(line); write it out there first"
    case .alias(let name):
      "\(place) comes from the alias *\(name); change it where &\(name) stands, or write it out"
    case .merged: "\(place) comes from a merge key (<<); write it out first"
    case .lineBreaks:
      "the text has line breaks other than LF and CRLF; change it in an editor"
    case .unclear: "\(place) cannot be changed without rewriting the text around it"
    }
  }
}
