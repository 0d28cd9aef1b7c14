import Manifest

/// A small but valid OpenAPI: which kinds there are and that writes take `dryRun` and
/// `fieldValidation`, so that kubectl leaves validation to the server. Fields are not described.
struct OpenAPI {
  let registry: ResourceRegistry

  /// `/openapi/v3`: where each group's document is.
  var index: JSONValue {
    var paths: JSONObject = [:]
    for type in registry.types {
      let path = Self.path(group: type.api.group, version: type.api.version)
      paths[path] = ["serverRelativeURL": .string("/openapi/v3/\(path)?hash=0")]
    }
    return ["paths": .object(paths)]
  }

  private static func path(group: String, version: String) -> String {
    group.isEmpty ? "api/\(version)" : "apis/\(group)/\(version)"
  }

  /// `/openapi/v3/apis/GROUP/VERSION`.
  func document(group: String, version: String) -> JSONValue? {
    let types = registry.types(group: group, version: version)
    guard !types.isEmpty else { return nil }
    var paths: JSONObject = [:]
    var schemas: JSONObject = [:]
    for type in types {
      let schema = Self.schemaName(type)
      schemas[schema] = Self.schema(type)
      let api = type.api
      let collection =
        "/\(Self.path(group: api.group, version: api.version))/"
        + (api.isNamespaced ? "namespaces/{namespace}/" : "") + api.plural
      let answer: JSONValue = ["$ref": .string("#/components/schemas/\(schema)")]
      paths[collection] = Self.operations([("get", "list"), ("post", "post")], type, answer)
      if !type.isReview {
        paths["\(collection)/{name}"] = Self.operations(
          [("get", "get"), ("put", "put"), ("patch", "patch"), ("delete", "delete")], type, answer)
      }
    }
    return [
      "openapi": "3.0.0", "info": ["title": "Kubernetes", "version": "v1.31.3"],
      "paths": .object(paths), "components": ["schemas": .object(schemas)],
    ]
  }

  private static func operations(
    _ list: [(method: String, action: String)], _ type: ResourceType, _ answer: JSONValue
  ) -> JSONValue {
    var operations: JSONObject = [:]
    for (method, action) in list {
      operations[method] = [
        "operationId": .string("\(action)\(type.api.kind)"),
        "parameters": method == "get" ? .array([]) : parameters,
        "responses": [
          "200": ["description": "OK", "content": ["application/json": ["schema": answer]]]
        ],
        "x-kubernetes-action": .string(action),
        "x-kubernetes-group-version-kind": kind(type),
      ]
    }
    return .object(operations)
  }

  private static let parameters: JSONValue = .array(
    ["dryRun", "fieldManager", "fieldValidation"].map {
      .object(["name": .string($0), "in": "query", "schema": ["type": "string"]])
    })

  private static func kind(_ type: ResourceType) -> JSONValue {
    [
      "group": .string(type.api.group), "version": .string(type.api.version),
      "kind": .string(type.api.kind),
    ]
  }

  /// "io.karmada.policy.v1alpha1.OverridePolicy".
  private static func schemaName(_ type: ResourceType) -> String {
    let group = type.api.group.isEmpty ? "core" : type.api.group
    let reversed = group.split(separator: ".").reversed().joined(separator: ".")
    return "\(reversed).\(type.api.version).\(type.api.kind)"
  }

  private static func schema(_ type: ResourceType) -> JSONValue {
    [
      "type": "object",
      "description": .string(
        "\(type.api.kind) of the embedded Karmada, which does not describe its fields."),
      "properties": [
        "apiVersion": ["type": "string", "description": "The group and version of the object."],
        "kind": ["type": "string", "description": "The kind of the object."],
        "metadata": ["type": "object", "description": "Name, namespace, labels and the like."],
        "spec": [
          "type": "object", "description": "What is wanted.",
          "x-kubernetes-preserve-unknown-fields": true,
        ],
        "status": [
          "type": "object", "description": "What is.",
          "x-kubernetes-preserve-unknown-fields": true,
        ],
      ],
      "x-kubernetes-group-version-kind": [kind(type)],
      "x-kubernetes-preserve-unknown-fields": true,
    ]
  }

  /// `/openapi/v2`, for older clients.
  var v2: JSONValue {
    var definitions: JSONObject = [:]
    for type in registry.types { definitions[Self.schemaName(type)] = Self.schema(type) }
    return [
      "swagger": "2.0", "info": ["title": "Kubernetes", "version": "v1.31.3"], "paths": [:],
      "definitions": .object(definitions),
    ]
  }
}
