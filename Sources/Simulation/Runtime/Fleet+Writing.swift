import Manifest

extension Fleet {
  /// Does one write of a controller. A member that cannot be reached refuses it.
  public mutating func perform(_ write: Write, by manager: String, now: Time) throws(StatusError) {
    switch write.key.server {
    case .karmada: try karmada.perform(write, by: manager, now: now)
    case .member(let name):
      guard members[name]?.isReachable == true else { throw .unreachable(name) }
      // In place: a copy of the store would be copied as a whole.
      try members[name]?.store.perform(write, by: manager, now: now)
    }
  }
}

extension ObjectStore {
  fileprivate mutating func perform(_ write: Write, by manager: String, now: Time)
    throws(StatusError)
  {
    guard let type = registry.type(id: write.key.type) else {
      throw StatusError(
        code: 404, reason: "NotFound",
        message: "the server could not find the requested resource", details: [:])
    }
    var options = WriteOptions()
    options.fieldManager = manager
    var target = WriteTarget(type, namespace: write.key.namespace, name: write.key.name)
    switch write.verb {
    case .create:
      target.name = ""
      _ = try create(write.object, at: target, options: options, now: now)
    case .update: _ = try update(write.object, at: target, options: options, now: now)
    case .updateStatus:
      target.subresource = type.hasStatus ? "status" : ""
      _ = try update(write.object, at: target, options: options, now: now)
    case .mergePatch:
      _ = try patch(write.object, kind: .merge, at: target, options: options, now: now)
    case .mergeStatus:
      target.subresource = type.hasStatus ? "status" : ""
      _ = try patch(write.object, kind: .merge, at: target, options: options, now: now)
    case .replaceStatus:
      var value = try get(type, namespace: target.namespace, name: target.name).value
      value["status"] = write.object["status"]
      target.subresource = type.hasStatus ? "status" : ""
      _ = try update(value, at: target, options: options, now: now)
    case .delete(let uid):
      var options = DeleteOptions()
      options.preconditionUID = uid
      _ = try delete(at: target, options: options, now: now)
    }
  }
}

extension StatusError {
  /// What a controller hears from a member that does not answer.
  static func unreachable(_ member: String) -> StatusError {
    StatusError(
      code: 503, reason: "ServiceUnavailable",
      message: "dial tcp \(member).example.com:6443: connect: connection refused")
  }
}
