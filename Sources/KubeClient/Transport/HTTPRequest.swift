/// One HTTP exchange, with everything it needs to reach and trust the other side.
struct HTTPRequest: Sendable {
  var method = "GET"
  var url: ServerURL
  /// Path and query, percent-encoded; starts with "/".
  var target: String
  var headers: [HTTPHeader] = []
  var body: [UInt8]?
  /// For the whole exchange; nil for an answer without an end.
  var timeout: Duration?
  var link = Link()
  /// A call that may change something is sent on a connection of its own, because libcurl by
  /// itself repeats a request that met a connection the server had just closed.
  var mayRepeat = true
  /// More than any answer of an API server; a list is asked for in pages. Not for streams.
  var bodyLimit = 256 << 20

  /// How to reach the server, the same for every request of one control plane.
  struct Link: Hashable, Sendable {
    var tls = TLSSettings()
    /// "http://user:password@proxy:3128"; nil for a direct connection.
    var proxy: Secret<String>?
    var connectTimeout: Duration = .seconds(10)
    var accepts: Compression = .all
  }
  enum Compression: Hashable, Sendable { case all, none }
}

struct HTTPHeader: Hashable, Sendable {
  var name: String
  var value: String
  init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }

  /// A line break inside a value would begin another header.
  var isSafe: Bool {
    !name.isEmpty
      && "\(name)\(value)".utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f || $0 == 0x09 }
  }
}

/// Which certificates are believed, and which is shown. PEM, in memory only.
struct TLSSettings: Hashable, Sendable {
  /// nil: the system's authorities.
  var authorities: [UInt8]?
  var identity: TLSIdentity?
  var isVerified = true
  /// The name the certificate must be for, where it is not the name in the address.
  var serverName: String?
}

/// Our own certificate and its key.
struct TLSIdentity: Hashable, Sendable {
  var certificate: [UInt8]
  var key: Secret<[UInt8]>
}

/// The head of an answer.
struct HTTPHead: Hashable, Sendable {
  var status: Int
  /// In the order received.
  var headers: [HTTPHeader] = []
}

struct HTTPAnswer: Hashable, Sendable {
  var head: HTTPHead
  var body: [UInt8]
}

enum HTTPEvent: Hashable, Sendable {
  /// Once, before any bytes.
  case head(HTTPHead)
  case bytes([UInt8])
}
