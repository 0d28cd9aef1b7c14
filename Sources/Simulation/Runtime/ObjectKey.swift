import Manifest

/// Which object of the fleet: what a controller's queue holds.
public struct ObjectKey: Hashable, Sendable {
  public var server: ServerID
  /// `ResourceType.id`: "works.work.karmada.io".
  public var type: String
  /// Empty for a cluster-scoped object.
  public var namespace: String
  public var name: String
  /// What else a queue must know about why it is to be looked at; of no meaning to a write.
  public var tag = ""

  public init(
    _ type: String, namespace: String = "", name: String, on server: ServerID = .karmada,
    tag: String = ""
  ) {
    self.server = server
    self.type = type
    self.namespace = namespace
    self.name = name
    self.tag = tag
  }
}

/// One change of one object, as a watch would tell it.
public struct Change: Sendable {
  public enum Kind: Sendable {
    case added
    case modified
    case deleted
  }
  public var server: ServerID
  public var type: ResourceType
  public var kind: Kind
  /// As it became; of a deleted object its last state.
  public var object: StoredObject
  /// As it was; nil when it is new.
  public var previous: StoredObject?

  /// The key of the object that changed.
  public var key: ObjectKey {
    ObjectKey(
      type.id, namespace: String(object.namespace), name: String(object.name), on: server)
  }

  /// Whether the part that `path` leads to became another one.
  public func changes(_ part: (JSONValue) -> JSONValue?) -> Bool {
    guard let previous else { return true }
    return part(previous.value) != part(object.value)
  }
}
