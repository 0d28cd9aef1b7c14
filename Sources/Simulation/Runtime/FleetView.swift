import ControlPlane
import Manifest

/// What a step sees: every server's objects at one moment.
public struct FleetView: Sendable {
  public let fleet: Fleet
  public let now: Time
  /// How many times in a row the step for this key has failed.
  public let failures: Int
  /// What the last step for this key asked to remember.
  public let memory: JSONValue?

  public init(_ fleet: Fleet, now: Time, failures: Int = 0, memory: JSONValue? = nil) {
    self.fleet = fleet
    self.now = now
    self.failures = failures
    self.memory = memory
  }

  /// The object behind a key; nil when there is none, or no such kind or server.
  public func object(_ key: ObjectKey) -> StoredObject? {
    guard let store = fleet[key.server], let type = store.registry.type(id: key.type) else {
      return nil
    }
    return store.objects(type)[StoredObject.key(namespace: key.namespace, name: key.name)]
  }

  /// An object of the control plane.
  public func object(_ api: APIResource, namespace: String = "", name: String) -> StoredObject? {
    object(ObjectKey(api.qualifiedName, namespace: namespace, name: name))
  }

  /// All objects of a kind in the order of a list.
  ///
  /// - Parameter namespace: empty for all.
  public func all(
    _ api: APIResource, namespace: String = "", on server: ServerID = .karmada
  ) -> [StoredObject] {
    guard let store = fleet[server], let type = store.registry.type(id: api.qualifiedName) else {
      return []
    }
    return store.all(type, namespace: namespace)
  }

  /// A member that answers; nil when it is not there or does not.
  public func reachableMember(_ name: String) -> Member? {
    guard let member = fleet.members[name], member.isReachable else { return nil }
    return member
  }

  /// The names of the members in order.
  public var memberNames: [String] { fleet.members.keys.sorted() }

  /// The key of an object by what it says of itself; nil when the server does not know its kind.
  public func key(of object: JSONValue, on server: ServerID = .karmada) -> ObjectKey? {
    key(
      apiVersion: object["apiVersion"]?.string ?? "", kind: object["kind"]?.string ?? "",
      namespace: object.objectNamespace, name: object.objectName, on: server)
  }

  /// The key of an object that a reference names; nil when the server does not know its kind.
  public func key(
    apiVersion: String, kind: String, namespace: String, name: String,
    on server: ServerID = .karmada
  ) -> ObjectKey? {
    guard let type = fleet[server]?.registry.type(apiVersion: apiVersion, kind: kind) else {
      return nil
    }
    return ObjectKey(
      type.id, namespace: type.api.isNamespaced ? namespace : "", name: name, on: server)
  }
}
