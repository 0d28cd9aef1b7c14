/// One call on an API server.
public struct APIRequest: Hashable, Sendable {
  public enum Method: String, Hashable, Sendable {
    case get = "GET"
    case post = "POST"
    case put = "PUT"
    case patch = "PATCH"
    case delete = "DELETE"

    /// Whether the call may change something, so that it is never repeated blindly.
    public var isWrite: Bool { self != .get }
  }
  public struct QueryItem: Hashable, Sendable {
    public var name: String
    public var value: String
    public init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  public var method: Method
  /// Path below the server's address, each segment already percent-encoded; starts with "/".
  public var path: String
  /// Not yet percent-encoded.
  public var query: [QueryItem]
  public var accept: String
  public var contentType: String?
  public var body: [UInt8]?
  /// Time for the whole exchange; nil for a watch, which ends when either side says so.
  public var timeout: Duration?

  public init(
    _ method: Method = .get, _ path: String, query: [QueryItem] = [],
    accept: String = "application/json", contentType: String? = nil, body: [UInt8]? = nil,
    timeout: Duration? = .seconds(30)
  ) {
    self.method = method
    self.path = path
    self.query = query
    self.accept = accept
    self.contentType = contentType
    self.body = body
    self.timeout = timeout
  }

  /// The first value of a query parameter.
  public func query(_ name: String) -> String? { query.first { $0.name == name }?.value }
}

/// The whole answer to a call that the server took (2xx). Everything else is an `APIError`.
public struct APIResponse: Hashable, Sendable {
  public struct Header: Hashable, Sendable {
    public var name: String
    public var value: String
    public init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }
  public var status: Int
  /// In the order received; aggregated APIs repeat some (`Audit-Id`, Karmada 1.12).
  public var headers: [Header]
  public var body: [UInt8]

  public init(status: Int, headers: [Header] = [], body: [UInt8] = []) {
    self.status = status
    self.headers = headers
    self.body = body
  }

  /// The first header of that name, letter case aside (RFC 9110 5.1).
  public func header(_ name: String) -> String? {
    let wanted = name.lowercased()
    return headers.first { $0.name.lowercased() == wanted }?.value
  }
}
