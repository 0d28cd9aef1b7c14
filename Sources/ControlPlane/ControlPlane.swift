/// The way to one Kubernetes-style API server: a live Karmada, the embedded one, or a recorded
/// incident. Whoever implements the two calls gets every verb of `ControlPlane+Verbs` with it.
///
/// Both calls classify what goes wrong once, here: whatever they throw is an `APIError`, or a
/// `CancellationError` when the calling task was cancelled.
public protocol ControlPlane: Sendable {
  /// Where this leads, for the header and for messages. Never holds a secret.
  var endpoint: Endpoint { get }

  /// Sends one request and waits for its whole answer. Anything but 2xx is thrown.
  func send(_ request: APIRequest) async throws -> APIResponse

  /// Opens a request whose answer has no end of its own (a watch). The stream yields the body as
  /// it comes, in pieces of any size; it throws if the server refuses or the connection breaks,
  /// and finishes when the server closes in good order. The first piece comes as soon as the
  /// server has accepted the request, empty if there is nothing to hand over yet: that is how a
  /// watcher knows of a quiet watch that it is open.
  func stream(_ request: APIRequest) -> AsyncThrowingStream<[UInt8], any Error>
}

/// What an operator needs to know about where a control plane is reached.
public struct Endpoint: Hashable, Sendable {
  /// The kubeconfig context's name, or what stands for it ("demo", a trace's name).
  public var context: String
  /// The address, without credentials: "https://10.0.0.1:5443".
  public var server: String
  /// The user as the kubeconfig names it; nil when there is none.
  public var user: String?
  /// What weakens the connection and must stay in sight ("certificate not verified").
  public var warnings: [String]

  public init(context: String, server: String, user: String? = nil, warnings: [String] = []) {
    self.context = context
    self.server = server
    self.user = user
    self.warnings = warnings
  }
}
