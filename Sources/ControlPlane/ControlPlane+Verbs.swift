import Manifest

/// The verbs of the API, for whatever stands behind `send`. All throw what `send` throws.
extension ControlPlane {
  /// One page of a list. A good answer that is not a whole List is an `APIError` too.
  public func listPage(
    _ scope: ListScope, limit: Int? = nil, continueToken: String = "",
    resourceVersion: String? = nil
  ) async throws -> ListPage {
    let request = APIRequest.list(
      scope, limit: limit, continueToken: continueToken, resourceVersion: resourceVersion)
    let response = try await send(request)
    do throws(JSONScanner.Failure) {
      return try ListPage(bytes: response.body)
    } catch {
      throw APIError.unreadable(response, error, request)
    }
  }

  public func get(
    _ resource: APIResource, namespace: String? = nil, name: String, subresource: String? = nil
  ) async throws -> JSONValue {
    try await sendForValue(
      .get(resource, namespace: namespace, name: name, subresource: subresource))
  }

  /// Creates an object and returns it as the server made it.
  public func create(
    _ resource: APIResource, namespace: String? = nil, object: JSONValue,
    options: WriteOptions = WriteOptions()
  ) async throws -> JSONValue {
    try await sendForValue(
      .create(resource, namespace: namespace, object: object, options: options))
  }

  /// Replaces an object and returns it as it is now.
  public func update(
    _ resource: APIResource, namespace: String? = nil, name: String, subresource: String? = nil,
    object: JSONValue, options: WriteOptions = WriteOptions()
  ) async throws -> JSONValue {
    try await sendForValue(
      .update(
        resource, namespace: namespace, name: name, subresource: subresource, object: object,
        options: options))
  }

  /// Changes an object and returns it as it is now.
  public func patch(
    _ resource: APIResource, namespace: String? = nil, name: String, subresource: String? = nil,
    type: PatchType = .merge, patch: JSONValue, options: WriteOptions = WriteOptions()
  ) async throws -> JSONValue {
    try await sendForValue(
      .patch(
        resource, namespace: namespace, name: name, subresource: subresource, type: type,
        patch: patch, options: options))
  }

  /// Deletes an object. Returns it with its deletionTimestamp while finalizers hold it, otherwise
  /// the server's Status.
  @discardableResult
  public func delete(
    _ resource: APIResource, namespace: String? = nil, name: String,
    preconditions: Preconditions = Preconditions(), propagationPolicy: DeletionPropagation? = nil,
    dryRun: Bool = false
  ) async throws -> JSONValue {
    try await sendForValue(
      .delete(
        resource, namespace: namespace, name: name, preconditions: preconditions,
        propagationPolicy: propagationPolicy, dryRun: dryRun))
  }

  /// Sends a request whose answer is one JSON document; the body of the answer as a value.
  public func sendForValue(_ request: APIRequest) async throws -> JSONValue {
    let response = try await send(request)
    do throws(JSONScanner.Failure) {
      return try JSONValue(parsing: response.body)
    } catch {
      throw APIError.unreadable(response, error, request)
    }
  }

  /// Whether the present user may do something.
  public func selfSubjectAccessReview(_ question: AccessQuestion) async throws -> AccessReview {
    let request = APIRequest.selfSubjectAccessReview(question)
    let status = try await sendForValue(request)["status"]
    guard let isAllowed = status?["allowed"]?.bool else {
      throw APIError(
        .protocol, message: "the access review came back without an answer",
        subject: request.subject)
    }
    return AccessReview(isAllowed: isAllowed, reason: status?["reason"]?.string ?? "")
  }

  /// What the server says it is.
  public func version() async throws -> ServerVersion {
    let value = try await sendForValue(APIRequest(.get, "/version"))
    func text(_ key: String) -> String { value[key]?.string ?? "" }
    return ServerVersion(
      gitVersion: text("gitVersion"), major: text("major"), minor: text("minor"),
      gitCommit: text("gitCommit"), platform: text("platform"))
  }
}

extension APIError {
  /// A good status with a body that cannot be read.
  static func unreadable(
    _ response: APIResponse, _ failure: JSONScanner.Failure, _ request: APIRequest
  ) -> APIError {
    let body = response.body
    let message: String
    switch body.first {
    case nil: message = "an empty answer"
    // What was on its way may be a Secret: not a byte of it is repeated.
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      message = "the answer is not the whole JSON document expected (\(failure))"
    default:
      message = "something else instead of a JSON document: \(PlainText.words(decoding: body))"
    }
    return APIError(
      .protocol, status: response.status, message: message, subject: request.subject)
  }
}
