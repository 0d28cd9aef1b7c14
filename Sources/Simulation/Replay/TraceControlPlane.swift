import ControlPlane
import Manifest
import Synchronization

/// A recorded incident behind the interface of a live control plane: lists answer the state at the
/// moment the replay stands at, watches tell what follows as time passes. Reading only.
///
/// Time stands still until `run` drives it, and may be moved by `seek` at any moment.
public final class TraceControlPlane: ControlPlane {
  public let endpoint: Endpoint
  public let trace: Trace
  private let clock: any Clock<Duration>
  private let state = Mutex(State())

  private struct State {
    /// Seconds into the trace.
    var position = 0.0
    var speed = 0.0
    var watches: [Int: Watch] = [:]
    var lastID = 0
  }

  private struct Watch {
    var scope: Scope
    var continuation: AsyncThrowingStream<[UInt8], any Error>.Continuation
  }

  /// What a list or watch looks at.
  private struct Scope {
    var plural: String
    var namespace: String
    var labels: LabelSelector

    func covers(_ object: JSONValue) -> Bool {
      if !namespace.isEmpty, object[path: "metadata", "namespace"]?.string != namespace {
        return false
      }
      guard !labels.isEmpty else { return true }
      let members = object[path: "metadata", "labels"]?.object?.members ?? [:]
      return labels.matches(
        Dictionary(members.map { ($0.key, $0.value.string ?? "") }, uniquingKeysWith: { $1 }))
    }
  }

  /// - Parameters:
  ///   - name: the recording's, for the header.
  ///   - position: seconds into it to begin at.
  public init(
    _ trace: Trace, name: String, at position: Double = 0,
    clock: any Clock<Duration> = ContinuousClock()
  ) {
    self.trace = trace
    self.clock = clock
    endpoint = Endpoint(context: name, server: "replay")
    state.withLock { $0.position = trace.clamped(position) }
  }

  // MARK: Time

  /// Seconds into the recording.
  public var position: Double { state.withLock { $0.position } }
  public var speed: Double { state.withLock { $0.speed } }

  /// The wall clock of the recorded moment.
  public var now: Time { trace.startTime + .milliseconds(Int64(position * 1000)) }

  /// What the recording says happened last.
  public var lastNote: String {
    let position = position
    return trace.notes.last { $0.t <= position }?.text ?? ""
  }

  public func setSpeed(_ speed: Double) {
    state.withLock { $0.speed = speed.isFinite ? min(max(0, speed), 1000) : 1 }
  }

  /// Lets recorded time pass until the calling task is cancelled; at the end it stands still.
  public func run(speed: Double) async {
    setSpeed(speed)
    let step = Duration.milliseconds(50)
    while !Task.isCancelled {
      let before = clock.now
      do { try await clock.sleep(for: step) } catch { return }
      let seconds = Self.seconds(before, clock)
      let target = state.withLock { $0.position + seconds * $0.speed }
      advance(to: target)
    }
  }

  private static func seconds<C: Clock<Duration>>(_ start: any InstantProtocol, _ clock: C)
    -> Double
  {
    guard let start = start as? C.Instant else { return 0 }
    let passed = start.duration(to: clock.now)
    return Double(passed.components.seconds) + Double(passed.components.attoseconds) / 1e18
  }

  /// Moves forward; open watches are told what happened on the way.
  public func advance(to target: Double) {
    state.withLock { state in
      let target = trace.clamped(target)
      guard target > state.position else { return }
      let news = trace.changes.filter { $0.t > state.position && $0.t <= target }
      state.position = target
      for change in news {
        // Each has been told everything up to here: versions say nothing more, and those that a
        // later list gave do not rise.
        for watch in state.watches.values
        where watch.scope.plural == change.plural && watch.scope.covers(change.object) {
          watch.continuation.yield(Self.line(change))
        }
      }
    }
  }

  /// Goes to a moment. Backwards no watch can follow: those that are open end.
  public func seek(to target: Double) {
    let position = position
    if target >= position { return advance(to: target) }
    let ended = state.withLock { state in
      state.position = trace.clamped(target)
      defer { state.watches = [:] }
      return state.watches.values.map(\.continuation)
    }
    for continuation in ended { continuation.finish() }
  }

  private static func line(_ change: Trace.Change) -> [UInt8] {
    JSONValue.object(["type": .string(change.kind.rawValue), "object": change.object]).serialized()
      + [UInt8(ascii: "\n")]
  }

  // MARK: ControlPlane

  public func send(_ request: APIRequest) async throws -> APIResponse {
    try Task.checkCancellation()
    let body = try answer(request)
    return APIResponse(
      status: 200, headers: [.init("Content-Type", "application/json")], body: body.serialized())
  }

  public func stream(_ request: APIRequest) -> AsyncThrowingStream<[UInt8], any Error> {
    let (stream, continuation) = AsyncThrowingStream<[UInt8], any Error>.makeStream()
    do {
      let scope = try scope(of: request)
      // The recording takes every watch: whoever waits for that is told.
      continuation.yield([])
      let id = state.withLock { state in
        let version = request.query("resourceVersion").flatMap { Int64($0) } ?? 0
        for change in trace.changes(of: scope.plural, after: version, until: state.position)
        where scope.covers(change.object) {
          continuation.yield(Self.line(change))
        }
        state.lastID += 1
        state.watches[state.lastID] = Watch(scope: scope, continuation: continuation)
        return state.lastID
      }
      continuation.onTermination = { [weak self] _ in
        self?.state.withLock { $0.watches[id] = nil }
      }
    } catch {
      continuation.finish(throwing: error)
    }
    return stream
  }

  private func answer(_ request: APIRequest) throws -> JSONValue {
    guard request.method == .get else {
      throw APIError(
        .forbidden, message: "a replay is read-only: it is a recording",
        subject: "\(request.method.rawValue) \(request.path)")
    }
    let position = position
    switch Route(path: request.path, registry: .karmada) {
    case .objects(let target) where target.name.isEmpty:
      return try list(scope(of: request))
    case .objects(let target) where target.subresource.isEmpty:
      let key = target.namespace.isEmpty ? target.name : "\(target.namespace)/\(target.name)"
      let found = trace.objects(target.type.api.plural, at: position).first { $0.key == key }
      if let found { return Self.complete(found.object, target.type.api) }
      return try recorded(request, position)
    case .resources(let group, let version):
      let discovery = Discovery(registry: .karmada, address: "replay")
      if let document = discovery.resources(group: group, version: version) { return document }
      return try recorded(request, position)
    default:
      return try recorded(request, position)
    }
  }

  private func list(_ scope: Scope) throws -> JSONValue {
    let position = position
    let items = trace.objects(scope.plural, at: position).map(\.object).filter(scope.covers)
    return [
      "kind": "List", "apiVersion": "v1",
      "metadata": [
        "resourceVersion": .string(String(trace.version(of: scope.plural, at: position)))
      ],
      "items": .array(items),
    ]
  }

  /// What somebody's call was answered in the recording.
  private func recorded(_ request: APIRequest, _ position: Double) throws -> JSONValue {
    guard let (status, body) = trace.answer(path: request.path, at: position) else {
      throw APIError(
        .notFound, status: 404,
        message: "the recording does not hold it: nobody asked for it before this moment",
        subject: request.subject)
    }
    guard (200..<300).contains(status) else {
      throw APIError(status: status, headers: [], body: body.serialized(), request: request)
    }
    return body
  }

  private func scope(of request: APIRequest) throws -> Scope {
    guard case .objects(let target) = Route(path: request.path, registry: .karmada),
      target.name.isEmpty
    else {
      throw APIError(
        .notFound, status: 404, message: "the recording has nothing of this kind",
        subject: "list \(request.path)")
    }
    return Scope(
      plural: target.type.api.plural, namespace: target.namespace,
      labels: try Self.labels(request.query("labelSelector") ?? ""))
  }

  private static func labels(_ text: String) throws -> LabelSelector {
    do throws(StatusError) {
      return try LabelSelector(parsing: text)
    } catch {
      throw APIError(.invalid, status: error.code, message: error.message)
    }
  }

  /// Items of a list may lack what a single object has.
  private static func complete(_ object: JSONValue, _ api: APIResource) -> JSONValue {
    var object = object
    if object["kind"] == nil { object["kind"] = .string(api.kind) }
    if object["apiVersion"] == nil { object["apiVersion"] = .string(api.apiVersion) }
    return object
  }
}

extension Trace {
  /// A position within the recording.
  func clamped(_ position: Double) -> Double {
    position.isFinite ? min(max(0, position), duration) : 0
  }
}
