import Manifest

/// What one rule does, in the API's own terms. Operators and components are kept as they were
/// written: Karmada does different things with the ones it does not know.
public struct Overriders: Hashable, Sendable {
  public struct Image: Hashable, Sendable {
    /// Registry, Repository or Tag.
    public var component = ""
    public var `operator` = ""
    public var value = ""
    /// predicate.path; nil means every container of the workload.
    public var predicatePath: String?
    public init() {}
  }

  /// For both command and args.
  public struct Command: Hashable, Sendable {
    public var containerName = ""
    public var `operator` = ""
    public var value: [String] = []
    public init() {}
  }

  /// For both labels and annotations.
  public struct Labels: Hashable, Sendable {
    public var `operator` = ""
    public var value: [String: String] = [:]
    public init() {}
  }

  /// One operation of a JSON patch: on the manifest, or on a document in one of its fields.
  public struct Patch: Hashable, Sendable {
    public var `operator` = ""
    /// path or subPath.
    public var path = ""
    /// Null when it was left out.
    public var value: JSONValue = .null
    public init() {}
  }

  public struct Field: Hashable, Sendable {
    public var fieldPath = ""
    public var json: [Patch] = []
    public var yaml: [Patch] = []
    public init() {}
  }

  public var image: [Image] = []
  public var command: [Command] = []
  public var args: [Command] = []
  public var labels: [Labels] = []
  public var annotations: [Labels] = []
  public var field: [Field] = []
  public var plaintext: [Patch] = []

  public init() {}

  public var isEmpty: Bool { self == Overriders() }
}

/// The kinds of overrider, in the order in which a rule applies them.
public enum OverriderKind: String, Hashable, Sendable, CaseIterable {
  case image = "imageOverrider"
  case command = "commandOverrider"
  case args = "argsOverrider"
  case labels = "labelsOverrider"
  case annotations = "annotationsOverrider"
  case field = "fieldOverrider"
  case plaintext = "plaintext"
}

extension Overriders {
  /// As the applied-overrides annotations of a Work write it: what is empty is left out.
  public var jsonValue: JSONValue {
    var object = JSONObject()
    func put<Element>(_ key: OverriderKind, _ list: [Element], _ write: (Element) -> JSONValue) {
      if !list.isEmpty { object[key.rawValue] = .array(list.map(write)) }
    }
    put(.plaintext, plaintext) { Overriders.written($0, path: "path") }
    put(.image, image) { image in
      var object: JSONObject = [
        "component": .string(image.component), "operator": .string(image.operator),
      ]
      if let path = image.predicatePath { object["predicate"] = ["path": .string(path)] }
      if !image.value.isEmpty { object["value"] = .string(image.value) }
      return .object(object)
    }
    put(.command, command, Overriders.written)
    put(.args, args, Overriders.written)
    put(.labels, labels, Overriders.written)
    put(.annotations, annotations, Overriders.written)
    put(.field, field) { field in
      var object: JSONObject = ["fieldPath": .string(field.fieldPath)]
      for (key, list) in [("json", field.json), ("yaml", field.yaml)] where !list.isEmpty {
        object[key] = .array(list.map { Overriders.written($0, path: "subPath") })
      }
      return .object(object)
    }
    return .object(object)
  }

  private static func written(_ patch: Patch, path: String) -> JSONValue {
    [path: .string(patch.path), "operator": .string(patch.operator), "value": patch.value]
  }

  private static func written(_ command: Command) -> JSONValue {
    var object: JSONObject = [
      "containerName": .string(command.containerName), "operator": .string(command.operator),
    ]
    if !command.value.isEmpty { object["value"] = .array(command.value.map { .string($0) }) }
    return .object(object)
  }

  private static func written(_ labels: Labels) -> JSONValue {
    var object: JSONObject = ["operator": .string(labels.operator)]
    if !labels.value.isEmpty {
      let sorted = labels.value.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
      object["value"] = .object(
        JSONObject(.init(sorted.map { ($0, .string($1)) }, uniquingKeysWith: { $1 })))
    }
    return .object(object)
  }
}
