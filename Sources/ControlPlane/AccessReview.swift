import Manifest

/// One thing a user may want to do (a SelfSubjectAccessReview's resourceAttributes).
public struct AccessQuestion: Hashable, Sendable {
  /// "list", "patch", "deletecollection", …
  public var verb: String
  public var group: String
  /// The plural; "*" for all.
  public var resource: String
  public var subresource: String
  /// Empty: all namespaces, or a cluster-wide resource.
  public var namespace: String
  /// Empty: all objects.
  public var name: String

  public init(
    verb: String, group: String, resource: String, subresource: String = "",
    namespace: String = "", name: String = ""
  ) {
    self.verb = verb
    self.group = group
    self.resource = resource
    self.subresource = subresource
    self.namespace = namespace
    self.name = name
  }

  public init(
    verb: String, _ resource: APIResource, subresource: String = "", namespace: String = "",
    name: String = ""
  ) {
    self.init(
      verb: verb, group: resource.group, resource: resource.plural, subresource: subresource,
      namespace: namespace, name: name)
  }
}

/// The server's word on whether the present user may do something.
public struct AccessReview: Hashable, Sendable {
  public var isAllowed: Bool
  /// Why, in the authorizer's words; often empty.
  public var reason: String

  public init(isAllowed: Bool, reason: String = "") {
    self.isAllowed = isAllowed
    self.reason = reason
  }
}

extension APIRequest {
  /// Asks what the present user may do. A POST that changes nothing.
  public static func selfSubjectAccessReview(_ question: AccessQuestion) -> APIRequest {
    var attributes: JSONValue = [:]
    for (key, value) in [
      ("verb", question.verb), ("group", question.group), ("resource", question.resource),
      ("subresource", question.subresource), ("namespace", question.namespace),
      ("name", question.name),
    ] where !value.isEmpty || key == "group" {
      attributes[key] = .string(value)
    }
    let review: JSONValue = [
      "apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview",
      "spec": ["resourceAttributes": attributes],
    ]
    return APIRequest(
      .post, "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
      contentType: "application/json", body: review.serialized())
  }
}
