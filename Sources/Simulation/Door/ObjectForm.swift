import Manifest

/// The shape in which a client wants objects: its `Accept` header.
enum ObjectForm: Hashable, Sendable {
  case json
  /// `as=Table`: the columns kubectl prints.
  case table
  /// `as=PartialObjectMetadata` or its list.
  case metadata

  /// The first of the accepted media types that can be had; nil is a 406.
  init?(accept: String) {
    for option in accept.split(separator: ",") {
      let parts = option.split(separator: ";").map { String(trim($0)) }
      guard let media = parts.first,
        ["application/json", "*/*", "application/*"].contains(media)
      else { continue }
      let parameters = parts.dropFirst()
      switch parameters.first(where: { $0.hasPrefix("as=") }) {
      case nil: self = .json
      case "as=Table": self = .table
      case "as=PartialObjectMetadata", "as=PartialObjectMetadataList": self = .metadata
      default: continue
      }
      return
    }
    if trim(accept[...]).isEmpty {
      self = .json
      return
    }
    return nil
  }

  static let notAcceptable = StatusError(
    code: 406, reason: "NotAcceptable",
    message: "only the following media types are accepted: application/json, "
      + "application/json;stream=watch")
}

/// Objects as text, in a form.
struct ObjectWriter {
  let type: ResourceType
  let form: ObjectForm
  let now: Time

  /// The answer to a get or a write.
  func object(_ object: StoredObject) -> [UInt8] {
    switch form {
    case .json: object.bytes
    case .metadata: Self.metadata(of: object).serialized()
    case .table:
      table([object], metadata: ["resourceVersion": .string(String(object.resourceVersion))])
    }
  }

  /// The answer to a list.
  func list(_ page: ObjectStore.Page) -> [UInt8] {
    var metadata: JSONObject = ["resourceVersion": .string(String(page.resourceVersion))]
    if !page.continueToken.isEmpty { metadata["continue"] = .string(page.continueToken) }
    if let remaining = page.remaining { metadata["remainingItemCount"] = .int(Int64(remaining)) }
    switch form {
    case .json: return plainList(page, metadata: metadata)
    case .metadata:
      return JSONValue.object([
        "kind": "PartialObjectMetadataList", "apiVersion": "meta.k8s.io/v1",
        "metadata": .object(metadata), "items": .array(page.objects.map(Self.metadata)),
      ]).serialized()
    case .table: return table(page.objects, metadata: .object(metadata))
    }
  }

  /// Puts the objects' ready text together. Custom resources and typed ones differ as they do on
  /// the real server: the order of keys, `continue` on the last page, kinds of the items.
  private func plainList(_ page: ObjectStore.Page, metadata: JSONObject) -> [UInt8] {
    let isCustom = type.origin == .custom
    var metadata = metadata
    if isCustom, metadata["continue"] == nil { metadata["continue"] = "" }
    let head = JSONValue.object(metadata).serialized(sortedKeys: isCustom)
    let kind = "\"kind\":\"\(type.api.kind)List\""
    let version = "\"apiVersion\":\"\(type.api.apiVersion)\""
    var out: [UInt8] = []
    out.reserveCapacity(page.objects.reduce(200 + head.count) { $0 + $1.bytes.count + 1 })
    let skipped = isCustom ? 0 : "{\"kind\":\"\(type.api.kind)\",\(version),".utf8.count
    out.append(contentsOf: "{\(isCustom ? version : "\(kind),\(version),\"metadata\":")".utf8)
    if !isCustom { out.append(contentsOf: head) }
    out.append(contentsOf: ",\"items\":[".utf8)
    for (index, object) in page.objects.enumerated() {
      if index > 0 { out.append(UInt8(ascii: ",")) }
      if skipped > 0, object.bytes.count > skipped {
        out.append(UInt8(ascii: "{"))
        out.append(contentsOf: object.bytes[skipped...])
      } else {
        out.append(contentsOf: object.bytes)
      }
    }
    out.append(UInt8(ascii: "]"))
    if isCustom {
      out.append(contentsOf: ",\(kind),\"metadata\":".utf8)
      out.append(contentsOf: head)
    }
    out.append(UInt8(ascii: "}"))
    return out
  }

  /// One line of a watch.
  func event(_ event: WatchEvent) -> [UInt8] {
    var out: [UInt8] = []
    let body = object(event.object)
    out.reserveCapacity(body.count + 40)
    out.append(contentsOf: "{\"type\":\"\(event.kind.rawValue)\",\"object\":".utf8)
    out.append(contentsOf: body)
    out.append(contentsOf: "}\n".utf8)
    return out
  }

  /// A bookmark; `endsInitialEvents` marks the one after which everything there was is told.
  func bookmark(_ version: Int64, endsInitialEvents: Bool = false) -> [UInt8] {
    var metadata: JSONObject = [:]
    if endsInitialEvents { metadata["annotations"] = ["k8s.io/initial-events-end": "true"] }
    metadata["resourceVersion"] = .string(String(version))
    let object: JSONValue
    switch form {
    case .json:
      object = [
        "apiVersion": .string(type.api.apiVersion), "kind": .string(type.api.kind),
        "metadata": .object(metadata),
      ]
    case .metadata:
      object = [
        "kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1",
        "metadata": .object(metadata),
      ]
    case .table:
      object = [
        "kind": "Table", "apiVersion": "meta.k8s.io/v1", "metadata": .object(metadata),
        "columnDefinitions": .array(TableColumn.columns(of: type).map(\.definition)),
        "rows": .array([]),
      ]
    }
    return Self.line("BOOKMARK", object)
  }

  static func error(_ error: StatusError) -> [UInt8] { line("ERROR", error.status) }

  private static func line(_ type: String, _ object: JSONValue) -> [UInt8] {
    JSONValue.object(["type": .string(type), "object": object]).serialized()
      + [UInt8(ascii: "\n")]
  }

  private func table(_ objects: [StoredObject], metadata: JSONValue) -> [UInt8] {
    let columns = TableColumn.columns(of: type)
    let rows = objects.map { object in
      let value = object.value
      return JSONValue.object([
        "cells": .array(columns.map { $0.cell(value, now) }),
        "object": Self.metadata(of: value),
      ])
    }
    return JSONValue.object([
      "kind": "Table", "apiVersion": "meta.k8s.io/v1", "metadata": metadata,
      "columnDefinitions": .array(columns.map(\.definition)), "rows": .array(rows),
    ]).serialized()
  }

  private static func metadata(of object: StoredObject) -> JSONValue {
    metadata(of: object.value)
  }

  private static func metadata(of value: JSONValue) -> JSONValue {
    [
      "kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1",
      "metadata": value["metadata"] ?? [:],
    ]
  }
}
