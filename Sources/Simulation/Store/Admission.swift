import Manifest

/// What admission is asked about one write.
public struct AdmissionRequest: Sendable {
  public enum Operation: String, Sendable {
    case create = "CREATE"
    case update = "UPDATE"
    case delete = "DELETE"
  }
  public var operation: Operation
  public var type: ResourceType
  public var namespace: String
  public var name: String
  /// "status" or empty.
  public var subresource: String
  /// The object as it would be stored; null for a deletion.
  public var object: JSONValue
  /// The object as it is; null for a creation.
  public var oldObject: JSONValue
  public var isDryRun: Bool
  public var now: Time
}

/// One pure rule of admission: it may fill in the object (a mutating webhook, a default) or
/// refuse the write by throwing (a validating webhook, a schema).
public struct AdmissionRule: Sendable {
  public typealias Review =
    @Sendable (inout AdmissionRequest, inout SeededRandom) throws(StatusError) -> Void

  /// A webhook that stands outside the API server, and may therefore be out of reach.
  public struct Webhook: Sendable {
    /// Where it is asked: "/validate-propagationpolicy".
    public var path: String
    /// Which writes it is asked about.
    public var covers: @Sendable (AdmissionRequest) -> Bool

    public init(path: String, covers: @escaping @Sendable (AdmissionRequest) -> Bool) {
      self.path = path
      self.covers = covers
    }
  }

  /// What to call it in a test or a log: "propagationpolicy.karmada.io".
  public var name: String
  /// nil for what the API server does by itself: schemas and their defaults.
  public var webhook: Webhook?
  public var review: Review

  public init(_ name: String, webhook: Webhook? = nil, review: @escaping Review) {
    self.name = name
    self.webhook = webhook
    self.review = review
  }
}

/// Finds fields that an object may not have; asked for writes with `fieldValidation`.
public struct FieldCheck: Sendable {
  /// The unknown fields' paths ("spec.overrideRulez"), in the order of the object.
  public var unknownFields: @Sendable (ResourceType, JSONValue) -> [String]

  public init(unknownFields: @escaping @Sendable (ResourceType, JSONValue) -> [String]) {
    self.unknownFields = unknownFields
  }
}
