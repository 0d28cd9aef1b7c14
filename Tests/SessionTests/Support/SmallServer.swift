import ControlPlane
import Manifest
import Synchronization

/// A server of a few objects that dies, refuses and hangs as a test tells it to.
final class SmallServer: ControlPlane {
  /// What a test lays over the answers: nil leaves it to the server.
  typealias Hook = @Sendable (APIRequest) throws -> JSONValue?

  private struct Watch {
    var plural: String
    var continuation: AsyncThrowingStream<[UInt8], any Error>.Continuation
  }

  private struct Inner {
    /// By plural, in the order they came.
    var objects: [String: [JSONValue]] = [:]
    /// Answers to GETs of single paths.
    var documents: [String: JSONValue] = [:]
    var changes: [(version: Int, plural: String, line: [UInt8])] = []
    var version = 100
    var isDown = false
    var denied: Set<String> = []
    var hanging: Set<String> = []
    var watches: [Int: Watch] = [:]
    var lastWatch = 0
    var requests: [APIRequest] = []
    var hook: Hook = { _ in nil }
  }
  private let inner = Mutex(Inner())

  let endpoint = Endpoint(context: "test", server: "https://test")

  static let down = APIError(.unreachable, message: "connection refused")

  // MARK: What the test does to it

  func put(_ plural: String, _ object: JSONValue) { change("MODIFIED", plural, object) }
  func remove(_ plural: String, _ object: JSONValue) { change("DELETED", plural, object) }

  private func change(_ type: String, _ plural: String, _ object: JSONValue) {
    inner.withLock { inner in
      inner.version += 1
      var object = object
      if var metadata = object["metadata"], metadata.object != nil {
        metadata["resourceVersion"] = .string("\(inner.version)")
        object["metadata"] = metadata
      }
      inner.objects[plural, default: []].removeAll { Self.key($0) == Self.key(object) }
      if type != "DELETED" { inner.objects[plural, default: []].append(object) }
      let event: JSONValue = ["type": .string(type), "object": object]
      let line = event.serialized() + [UInt8(ascii: "\n")]
      inner.changes.append((inner.version, plural, line))
      for watch in inner.watches.values where watch.plural == plural {
        watch.continuation.yield(line)
      }
    }
  }

  private static func key(_ object: JSONValue) -> [JSONValue?] {
    [object[path: "metadata", "namespace"], object[path: "metadata", "name"]]
  }

  func answer(_ path: String, _ document: JSONValue) {
    inner.withLock { $0.documents[path] = document }
  }

  func lay(_ hook: @escaping Hook) { inner.withLock { $0.hook = hook } }

  func deny(_ plural: String) { inner.withLock { _ = $0.denied.insert(plural) } }

  /// Requests to that path wait until they are given up.
  func hang(_ path: String) { inner.withLock { _ = $0.hanging.insert(path) } }

  /// Breaks every watch off; nothing answers until `rise`.
  func die() {
    let cut = inner.withLock { inner in
      inner.isDown = true
      defer { inner.watches = [:] }
      return inner.watches.values.map(\.continuation)
    }
    for one in cut { one.finish(throwing: Self.down) }
  }

  func rise() { inner.withLock { $0.isDown = false } }

  var openWatches: Int { inner.withLock { $0.watches.count } }
  var requests: [APIRequest] { inner.withLock { $0.requests } }
  func count(_ path: String) -> Int { requests.count { $0.path == path } }

  // MARK: ControlPlane

  func send(_ request: APIRequest) async throws -> APIResponse {
    let hangs = inner.withLock { inner in
      inner.requests.append(request)
      return inner.hanging.contains(request.path)
    }
    if hangs {
      let (never, hold) = AsyncStream<Never>.makeStream()
      for await _ in never {}
      hold.finish()
    }
    try Task.checkCancellation()
    let hook = inner.withLock { $0.hook }
    let body = try hook(request) ?? answer(to: request)
    return APIResponse(status: 200, body: body.serialized())
  }

  private func answer(to request: APIRequest) throws -> JSONValue {
    try inner.withLock { inner in
      if inner.isDown { throw Self.down }
      if request.path == "/version" { return ["gitVersion": "v1.31.3"] }
      if let document = inner.documents[request.path] { return document }
      let plural = Self.plural(request)
      if inner.denied.contains(plural) {
        throw APIError(.forbidden, status: 403, message: "not yours", subject: request.path)
      }
      let namespace = ResourcePath(request.path)?.namespace
      guard ResourcePath(request.path)?.name == nil else {
        throw APIError(.notFound, status: 404, message: "not there", subject: request.path)
      }
      return [
        "kind": "List", "metadata": ["resourceVersion": .string("\(inner.version)")],
        "items": .array(
          (inner.objects[plural] ?? []).filter {
            namespace == nil || $0[path: "metadata", "namespace"]?.string == namespace
          }),
      ]
    }
  }

  private static func plural(_ request: APIRequest) -> String {
    request.path.split(separator: "/").last.map(String.init) ?? ""
  }

  func stream(_ request: APIRequest) -> AsyncThrowingStream<[UInt8], any Error> {
    let (stream, continuation) = AsyncThrowingStream<[UInt8], any Error>.makeStream()
    let id = inner.withLock { inner -> Int? in
      inner.requests.append(request)
      if inner.isDown { return nil }
      let plural = Self.plural(request)
      let since = request.query("resourceVersion").flatMap { Int($0) } ?? 0
      continuation.yield([])
      for change in inner.changes where change.plural == plural && change.version > since {
        continuation.yield(change.line)
      }
      inner.lastWatch += 1
      inner.watches[inner.lastWatch] = Watch(plural: plural, continuation: continuation)
      return inner.lastWatch
    }
    guard let id else {
      continuation.finish(throwing: Self.down)
      return stream
    }
    continuation.onTermination = { [weak self] _ in
      self?.inner.withLock { $0.watches[id] = nil }
    }
    return stream
  }
}

extension JSONValue {
  static func cluster(_ name: String) -> JSONValue {
    [
      "metadata": ["name": .string(name)],
      "status": ["conditions": [["type": "Ready", "status": "True"]]],
    ]
  }

  static func binding(_ name: String, on clusters: String..., id: String = "") -> JSONValue {
    [
      "metadata": [
        "namespace": "shop", "name": .string(name),
        "labels": ["resourcebinding.karmada.io/permanent-id": .string(id)],
      ],
      "spec": [
        "resource": [
          "apiVersion": "apps/v1", "kind": "Deployment", "namespace": "shop",
          "name": .string(name),
        ],
        "clusters": .array(clusters.map { ["name": .string($0)] }),
      ],
    ]
  }
}
