/// What a watch looks at.
public struct WatchFilter: Hashable, Sendable {
  public var type: ResourceType
  /// Empty for all.
  public var namespace: String
  public var labelSelector: LabelSelector
  public var fieldSelector: FieldSelector

  public init(
    type: ResourceType, namespace: String = "", labelSelector: LabelSelector = .init(),
    fieldSelector: FieldSelector = .init()
  ) {
    self.type = type
    self.namespace = namespace
    self.labelSelector = labelSelector
    self.fieldSelector = fieldSelector
  }

  func matches(_ object: StoredObject) -> Bool {
    (namespace.isEmpty || object.namespace == namespace)
      && labelSelector.matches(object.labels) && fieldSelector.matches(object)
  }

  /// What a change looks like through this filter: an object that starts to match is ADDED, one
  /// that no longer does is DELETED. Nil when it was and is outside.
  func event(for entry: WatchHistory.Entry) -> WatchEvent? {
    guard entry.type == type.id else { return nil }
    let before = entry.previous.map(matches) ?? false
    let after = entry.change != .deleted && matches(entry.object)
    let kind: WatchEvent.Kind
    switch (before, after) {
    case (false, false): return nil
    case (false, true): kind = .added
    case (true, true): kind = .modified
    case (true, false): kind = .deleted
    }
    return WatchEvent(kind: kind, object: entry.object)
  }
}

/// One change as a watch tells it.
public struct WatchEvent: Sendable {
  public enum Kind: String, Sendable {
    case added = "ADDED"
    case modified = "MODIFIED"
    case deleted = "DELETED"
  }
  public var kind: Kind
  public var object: StoredObject
}

extension ObjectStore {
  /// What happened after a version, as a watch with this filter sees it; 410 when the version
  /// is forgotten, 504 when it is yet to come.
  public func events(for filter: WatchFilter, after version: Int64) throws(StatusError)
    -> [WatchEvent]
  {
    if version < history.forgotten { throw .tooOld(version, oldest: history.forgotten) }
    if version > resourceVersion { throw .tooNew(version, current: resourceVersion) }
    return history.entries(after: version).compactMap(filter.event(for:))
  }

  /// The newest version whose change is forgotten.
  var forgottenVersion: Int64 { history.forgotten }

  /// Every change after a version, whatever the kind: what controllers learn from.
  func changes(after version: Int64, on server: ServerID) -> [Change] {
    history.entries(after: version).compactMap { entry in
      guard let type = registry.type(id: entry.type) else { return nil }
      // The present version has its value parsed already.
      let present = objects(type)[entry.object.key]
      let isPresent = present?.resourceVersion == entry.resourceVersion
      let kind: Change.Kind =
        switch entry.change {
        case .added: .added
        case .modified: .modified
        case .deleted: .deleted
        }
      // Many controllers ask both of them many things: read once for all.
      return Change(
        server: server, type: type, kind: kind,
        object: isPresent ? present ?? entry.object : entry.object.parsedOnce,
        previous: entry.previous?.parsedOnce)
    }
  }

  /// The objects a watch starts with, as ADDED events.
  func initialEvents(for filter: WatchFilter) -> [WatchEvent] {
    all(filter.type, namespace: filter.namespace).filter(filter.matches)
      .map { WatchEvent(kind: .added, object: $0) }
  }
}
