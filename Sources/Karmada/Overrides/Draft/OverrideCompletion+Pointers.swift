import Manifest

extension OverrideCompletion {
  // MARK: Containers

  func words(at pointer: JSONPointer) -> [Candidate] {
    let up = pointer.tokens.last == "value" ? 1 : 2
    let name = sibling("containerName", of: pointer, up: up)?.string
    let member = pointer.tokens.contains(OverriderKind.command.rawValue) ? "command" : "args"
    let containers = selected.flatMap { WorkloadContainer.all(in: $0) }
    return texts(
      containers.filter { name == nil || $0.name == name }
        .flatMap { $0.value[member]?.array ?? [] }.compactMap(\.string))
  }

  func imageParts(at pointer: JSONPointer) -> [Candidate] {
    let component = sibling("component", of: pointer)?.string
    let images = selected.flatMap { WorkloadContainer.all(in: $0) }.compactMap(\.image)
    return texts(
      images.map { image in
        switch component {
        case "Registry": image.registry
        case "Repository": image.repository
        default: image.tagOrDigest
        }
      })
  }

  /// Of containers, and of whatever else calls a text "image".
  var imagePointers: [Candidate] {
    var found: [Candidate] = []
    for template in selected {
      walk(template, []) { path, value in
        guard path.last == "image", let text = value.string else { return }
        let pointer = JSONPointer(tokens: path).description
        found.append(Candidate(value: .string(pointer), text: pointer, detail: text))
      }
      if found.count > Self.limit { break }
    }
    return found
  }

  // MARK: Documents

  /// Texts that hold a document.
  var documents: [Candidate] {
    var found: [Candidate] = []
    for template in selected {
      walk(template, []) { path, value in
        guard let text = value.string, text.utf8.count > 1,
          path.first == "data" || text.utf8.contains(0x0A) || text.utf8.first == 0x7B,
          let document = EmbeddedDocument(in: text)
        else { return }
        let pointer = JSONPointer(tokens: path).description
        found.append(
          Candidate(value: .string(pointer), text: pointer, detail: document.format.rawValue))
      }
      if found.count > Self.limit { break }
    }
    return found
  }

  /// The documents that the field overrider around a pointer changes.
  func documents(for pointer: JSONPointer) -> [JSONValue] {
    // …/fieldOverrider/0/yaml/0/subPath
    guard let format = pointer.tokens.dropLast(2).last.flatMap(EmbeddedDocument.Format.init),
      let path = sibling("fieldPath", of: pointer, up: 3)?.string
    else { return [] }
    do {
      let field = try JSONPointer(parsing: path)
      return selected.compactMap { template in
        template[field]?.string.flatMap { EmbeddedDocument($0, as: format)?.value }
      }
    } catch { return [] }
  }

  // MARK: Pointers

  /// One step further than what is typed, in any of the values.
  func steps(into values: [JSONValue], typed: String) -> [Candidate] {
    var tokens: [String] = []
    do { tokens = try JSONPointer(parsing: typed).tokens } catch { tokens = [] }
    let parent = JSONPointer(tokens: Array(tokens.dropLast()))
    var details: [String: (value: JSONValue, count: Int)] = [:]
    var order: [String] = []
    func note(_ token: String, _ value: JSONValue) {
      if details[token] == nil { order.append(token) }
      details[token, default: (value, 0)].count += 1
    }
    for value in values {
      switch value[parent] {
      case .object(let object)?: for (key, value) in object.members { note(key, value) }
      case .array(let list)?:
        for (i, value) in list.enumerated() { note(String(i), value) }
        note("-", "behind the last")
      default: break
      }
    }
    return order.prefix(Self.limit).compactMap { token in
      guard let (value, count) = details[token] else { return nil }
      let text = parent.appending(token).description
      let many = values.count > 1 && count < values.count ? ", in \(count) of \(values.count)" : ""
      let isNested = value.object != nil || value.array != nil
      return Candidate(
        value: .string(text), text: text,
        detail: "\(value.typeName ?? "null") \(value.preview)\(many)", leadsOn: isNested)
    }
  }

  /// The value that is there now, for the pointer beside the value that is asked for.
  func pointed(at pointer: JSONPointer) -> [Candidate] {
    let path = sibling("path", of: pointer)?.string ?? sibling("subPath", of: pointer)?.string
    guard let path else { return [] }
    let values = sibling("path", of: pointer) == nil ? documents(for: pointer) : selected
    do {
      let target = try JSONPointer(parsing: path)
      return values.compactMap { $0[target] }.filter { $0 != .null }.flatMap {
        value -> [Candidate] in
        let text = TypedValue.text(value)
        var found = [Candidate(value: value, text: text, detail: "as it is")]
        if case .bool(let flag) = value {
          found.append(Candidate(value: .bool(!flag), text: "\(!flag)", detail: "the other one"))
        }
        return found
      }
    } catch { return [] }
  }

  private func walk(
    _ value: JSONValue, _ path: [String], _ body: ([String], JSONValue) -> Void
  ) {
    body(path, value)
    switch value {
    case .object(let object):
      for (key, value) in object.members where !(path.isEmpty && key == "status") {
        walk(value, path + [key], body)
      }
    case .array(let list):
      for (i, value) in list.enumerated() { walk(value, path + [String(i)], body) }
    default: break
    }
  }
}

/// A container of a workload.
struct WorkloadContainer {
  var name: String
  var value: JSONValue
  var image: ImageReference?

  static func all(in template: JSONValue) -> [WorkloadContainer] {
    let spec =
      template["kind"] == "Pod" ? template["spec"] : template[path: "spec", "template", "spec"]
    return ["containers", "initContainers"].flatMap { spec?[$0]?.array ?? [] }.map { value in
      var image: ImageReference?
      do { image = try value["image"]?.string.map { try ImageReference(parsing: $0) } } catch {
        image = nil
      }
      return WorkloadContainer(
        name: value["name"]?.string ?? "", value: value, image: image)
    }
  }
}

/// A value as a person types it into a form: YAML on one line, so that 3306 is a number and
/// "3306", in quotes, a text.
public enum TypedValue {
  /// What is no YAML is a text.
  public static func value(_ text: String) -> JSONValue {
    guard !text.isEmpty else { return "" }
    do {
      let documents = try YAML.parse(text)
      return documents.count == 1 ? documents[0] : .string(text)
    } catch {
      return .string(text)
    }
  }

  /// The text that reads as the value.
  public static func text(_ value: JSONValue) -> String {
    switch value {
    case .string(let text):
      TypedValue.value(text) == value && !text.utf8.contains(0x0A) ? text : value.jsonText()
    default: value.jsonText()
    }
  }

  /// "the number 5432 becomes the text "3306"": nil where the type stays.
  public static func typeChange(from old: JSONValue, to new: JSONValue) -> String? {
    guard let before = old.typeName, let after = new.typeName, before != after else { return nil }
    return "the \(before) \(old.preview) becomes the \(after) \(new.preview)"
  }
}
