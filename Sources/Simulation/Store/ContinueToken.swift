import Manifest

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The opaque `continue` of a paged list: where the next page starts, in the state of which
/// version. The same text as the real server's (base64url of a small JSON object).
struct ContinueToken: Hashable, Sendable {
  /// -1 means "whatever is there now": what a server offers when the version is forgotten.
  var resourceVersion: Int64
  /// The first key that may be on the page.
  var start: String

  var text: String {
    let json = JSONValue.object([
      "v": "meta.k8s.io/v1", "rv": .int(resourceVersion), "start": .string(start),
    ])
    // encoding/json writes the zero byte that ends a key as an escape.
    return Data(json.serialized()).base64EncodedString()
      .replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
  }

  init(resourceVersion: Int64, start: String) {
    self.resourceVersion = resourceVersion
    self.start = start
  }

  init(parsing text: String) throws(StatusError) {
    var padded = text.replacing("-", with: "+").replacing("_", with: "/")
    while padded.utf8.count % 4 != 0 { padded += "=" }
    guard let data = Data(base64Encoded: padded) else {
      throw .badRequest("continue key is not valid: illegal base64 data")
    }
    let json: JSONValue
    do {
      json = try JSONValue(parsing: [UInt8](data))
    } catch {
      throw .badRequest("continue key is not valid: \(error.what)")
    }
    guard json["v"]?.string == "meta.k8s.io/v1" else {
      throw .badRequest("continue key is not valid: server does not recognize this encoded version")
    }
    guard let version = json["rv"]?.int, version != 0, let start = json["start"]?.string,
      !start.isEmpty
    else {
      throw .badRequest("continue key is not valid: incorrect encoded start resourceVersion or key")
    }
    self.init(resourceVersion: Int64(version), start: start)
  }
}
