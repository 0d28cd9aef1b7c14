import Manifest

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Reads the binary bodies that kubectl 1.32 and later sends for built-in kinds
/// (`application/vnd.kubernetes.protobuf`) into the JSON they stand for.
///
/// Only kinds in `ProtobufSchema` are known, and only the fields people set; answers are always
/// JSON, which those clients accept as well.
enum KubernetesProtobuf {
  static let mediaType = "application/vnd.kubernetes.protobuf"

  enum Failure: Error, Hashable {
    case malformed
    case unknownKind(String)
  }

  /// "k8s" and a zero byte, then a `runtime.Unknown`.
  private static let magic: [UInt8] = [0x6B, 0x38, 0x73, 0x00]

  /// Nested messages deeper than any Kubernetes type.
  private static let depthLimit = 40

  static func decode(_ bytes: [UInt8]) throws(Failure) -> JSONValue {
    guard bytes.starts(with: magic) else { throw .malformed }
    let envelope = try decode(bytes[magic.count...], as: "Unknown", depth: 0)
    let kind = envelope[path: "typeMeta", "kind"]?.string ?? ""
    guard ProtobufSchema.messages[kind] != nil, kind != "Unknown" else {
      throw .unknownKind(kind)
    }
    guard let raw = envelope["raw"]?.string, let data = Data(base64Encoded: raw) else {
      throw .malformed
    }
    var object = try decode([UInt8](data)[...], as: kind, depth: 0)
    object["kind"] = .string(kind)
    object["apiVersion"] = envelope[path: "typeMeta", "apiVersion"]
    return object
  }

  private static func decode(_ bytes: ArraySlice<UInt8>, as message: String, depth: Int)
    throws(Failure) -> JSONValue
  {
    guard depth < depthLimit else { throw .malformed }
    let fields = ProtobufSchema.messages[message] ?? [:]
    var reader = WireReader(rest: bytes)
    var object: JSONObject = [:]
    while !reader.rest.isEmpty {
      let (number, wire) = try reader.field()
      guard let field = fields[number] else { continue }
      try add(wire, field, to: &object, depth: depth)
    }
    return .object(object)
  }

  private static func add(
    _ wire: WireReader.Value, _ field: ProtobufSchema.Field, to object: inout JSONObject,
    depth: Int
  ) throws(Failure) {
    switch (field.type, wire) {
    case (.string, .bytes(let bytes)):
      guard let text = String(validating: bytes, as: UTF8.self) else { throw .malformed }
      // Go writes unset texts too, as empty ones.
      if !text.isEmpty { object[field.name] = .string(text) }
    case (.bytes, .bytes(let bytes)):
      object[field.name] = .string(Data(bytes).base64EncodedString())
    case (.strings, .bytes(let bytes)):
      guard let text = String(validating: bytes, as: UTF8.self) else { throw .malformed }
      object[field.name] = .array((object[field.name]?.array ?? []) + [.string(text)])
    case (.int, .varint(let number)): object[field.name] = .int(Int64(bitPattern: number))
    case (.count, .varint(let number)):
      if number != 0 { object[field.name] = .int(Int64(bitPattern: number)) }
    case (.bool, .varint(let number)):
      if number != 0 { object[field.name] = true }
    case (.message(let name), .bytes(let bytes)):
      let value = try decode(bytes, as: name, depth: depth + 1)
      if value.object?.isEmpty == false { object[field.name] = value }
    case (.inline(let name), .bytes(let bytes)):
      let value = try decode(bytes, as: name, depth: depth + 1)
      for (key, value) in value.object?.members ?? [:] { object[key] = value }
    case (.messages(let name), .bytes(let bytes)):
      let value = try decode(bytes, as: name, depth: depth + 1)
      object[field.name] = .array((object[field.name]?.array ?? []) + [value])
    case (.map(let name), .bytes(let bytes)):
      let entry = try decode(bytes, as: name, depth: depth + 1)
      let key = entry["key"]?.string ?? ""
      object[field.name] = object[field.name] ?? [:]
      object[field.name]?[key] = entry["value"] ?? ""
    case (.time, .bytes(let bytes)):
      let time = try decode(bytes, as: "Time", depth: depth + 1)
      if let seconds = time["seconds"]?.int, (0..<9_000_000_000).contains(seconds) {
        object[field.name] = .string(Time(seconds: Double(seconds)).rfc3339)
      }
    case (.quantity, .bytes(let bytes)):
      object[field.name] = try decode(bytes, as: "Quantity", depth: depth + 1)["string"] ?? "0"
    case (.intOrString, .bytes(let bytes)):
      let value = try decode(bytes, as: "IntOrString", depth: depth + 1)
      object[field.name] = value["type"]?.int == 1 ? value["strVal"] ?? "" : value["intVal"] ?? 0
    default: throw .malformed
    }
  }
}

/// The wire format: numbered fields, one after the other.
private struct WireReader {
  enum Value {
    case varint(UInt64)
    case bytes(ArraySlice<UInt8>)
    /// Eight or four bytes; no field we know has them.
    case fixed
  }

  var rest: ArraySlice<UInt8>

  mutating func field() throws(KubernetesProtobuf.Failure) -> (number: Int, Value) {
    let tag = try varint()
    guard let number = Int(exactly: tag >> 3), number > 0 else { throw .malformed }
    switch tag & 7 {
    case 0: return (number, .varint(try varint()))
    case 1:
      _ = try take(8)
      return (number, .fixed)
    case 2:
      guard let length = Int(exactly: try varint()) else { throw .malformed }
      return (number, .bytes(try take(length)))
    case 5:
      _ = try take(4)
      return (number, .fixed)
    default: throw .malformed
    }
  }

  private mutating func take(_ count: Int) throws(KubernetesProtobuf.Failure) -> ArraySlice<UInt8> {
    guard count <= rest.count else { throw .malformed }
    defer { rest = rest.dropFirst(count) }
    return rest.prefix(count)
  }

  private mutating func varint() throws(KubernetesProtobuf.Failure) -> UInt64 {
    var number: UInt64 = 0
    for shift in stride(from: 0, to: 64, by: 7) {
      guard let byte = rest.popFirst() else { throw .malformed }
      number |= UInt64(byte & 0x7F) << UInt64(shift)
      if byte & 0x80 == 0 { return number }
    }
    throw .malformed
  }
}
