import Manifest

extension ObjectStore {
  /// The query of a list.
  public struct ListOptions: Hashable, Sendable {
    public var labelSelector = LabelSelector()
    public var fieldSelector = FieldSelector()
    /// No limit when zero or less.
    public var limit = 0
    public var continueToken = ""
    /// Empty, "0", or a version the server must still know (`Exact`) or have reached.
    public var resourceVersion = ""
    /// "Exact", "NotOlderThan" or empty.
    public var resourceVersionMatch = ""
    public init() {}
  }

  /// A list, or one page of it.
  public struct Page: Sendable {
    public var objects: [StoredObject]
    /// The state the page shows.
    public var resourceVersion: Int64
    /// Empty on the last page.
    public var continueToken: String
    /// nil when it is not known: with a selector, and on the last page.
    public var remaining: Int?
  }
}

extension ObjectStore {
  /// One object; 404 when there is none.
  public func get(_ type: ResourceType, namespace: String, name: String) throws(StatusError)
    -> StoredObject
  {
    guard let object = objects(type)[StoredObject.key(namespace: namespace, name: name)] else {
      throw .notFound(type, name)
    }
    return object
  }

  /// Whether there is such an object.
  public func contains(_ type: ResourceType, namespace: String, name: String) -> Bool {
    objects(type)[StoredObject.key(namespace: namespace, name: name)] != nil
  }

  /// How many objects of a kind there are.
  public func count(_ type: ResourceType) -> Int { objects(type).count }

  /// Every object of a kind, in the order of a list.
  ///
  /// - Parameter namespace: empty for all.
  public func all(_ type: ResourceType, namespace: String = "") -> [StoredObject] {
    var found: [StoredObject] = []
    let range = Self.range(namespace)
    objects(type).scan(from: range.start) { object in
      guard range.end.isEmpty || object.key < range.end else { return false }
      found.append(object)
      return true
    }
    return found
  }

  /// Keys of a namespace are those from "ns/" to "ns0": "0" is the character after "/".
  private static func range(_ namespace: String) -> (start: String, end: String) {
    namespace.isEmpty ? ("", "") : ("\(namespace)/", "\(namespace)0")
  }

  /// A list or a page of it, all pages in the state of the first one's version.
  ///
  /// - Parameter namespace: empty for all.
  public func list(_ type: ResourceType, namespace: String = "", options: ListOptions = .init())
    throws(StatusError) -> Page
  {
    let (start, end) = Self.range(namespace)
    var position = start
    var version = try listVersion(options)
    if !options.continueToken.isEmpty {
      let token = try ContinueToken(parsing: options.continueToken)
      if token.resourceVersion == -1 {
        version = resourceVersion
      } else if token.resourceVersion < history.forgotten {
        let fresh = ContinueToken(resourceVersion: -1, start: token.start)
        throw .expiredContinue(fresh: fresh.text)
      } else if token.resourceVersion > resourceVersion {
        throw .tooNew(token.resourceVersion, current: resourceVersion)
      } else {
        version = token.resourceVersion
      }
      position = max(start, token.start)
    }
    let collection = objects(type)
    let before =
      version == resourceVersion ? [:] : history.stateBefore(type.id, after: version)
    var page = Page(objects: [], resourceVersion: version, continueToken: "", remaining: nil)
    var next: String?
    Self.scan(collection, before: before, from: position, to: end) { object in
      if options.limit > 0, page.objects.count >= options.limit {
        next = object.key
        return false
      }
      if options.labelSelector.matches(object.labels), options.fieldSelector.matches(object) {
        page.objects.append(object)
      }
      return true
    }
    if let next {
      page.continueToken = ContinueToken(resourceVersion: version, start: next).text
      if options.labelSelector.isEmpty, options.fieldSelector.isEmpty {
        page.remaining = Self.count(collection, before: before, from: next, to: end)
      }
    }
    return page
  }

  /// The version a list without a continue token shows.
  private func listVersion(_ options: ListOptions) throws(StatusError) -> Int64 {
    guard !options.resourceVersion.isEmpty, options.resourceVersion != "0" else {
      return resourceVersion
    }
    guard let wanted = Int64(options.resourceVersion), wanted > 0 else {
      throw .badRequest("resourceVersion: Invalid value: \"\(options.resourceVersion)\"")
    }
    if wanted > resourceVersion { throw .tooNew(wanted, current: resourceVersion) }
    guard options.resourceVersionMatch == "Exact" else { return resourceVersion }
    if wanted < history.forgotten { throw .tooOld(wanted, oldest: history.forgotten) }
    return wanted
  }

  /// Walks a kind as it was: what changed since is shown in its earlier state, what is new is
  /// left out, what has gone is put back in its place.
  private static func scan(
    _ collection: OrderedObjects, before: [String: StoredObject?], from start: String,
    to end: String, _ body: (StoredObject) -> Bool
  ) {
    func isInside(_ key: String) -> Bool { key >= start && (end.isEmpty || key < end) }
    var gone = before.values.compactMap { $0 }
      .filter { isInside($0.key) && collection[$0.key] == nil }
      .sorted { $0.key > $1.key }
    var goesOn = true
    collection.scan(from: start) { object in
      guard end.isEmpty || object.key < end else { return false }
      while goesOn, let last = gone.last, last.key < object.key {
        gone.removeLast()
        goesOn = body(last)
      }
      guard goesOn else { return false }
      if let earlier = before[object.key] {
        if let earlier { goesOn = body(earlier) }
      } else {
        goesOn = body(object)
      }
      return goesOn
    }
    while goesOn, let last = gone.popLast() { goesOn = body(last) }
  }

  private static func count(
    _ collection: OrderedObjects, before: [String: StoredObject?], from start: String,
    to end: String
  ) -> Int {
    let changed = before.reduce(0) { sum, entry in
      guard entry.key >= start, end.isEmpty || entry.key < end else { return sum }
      return sum + (entry.value == nil ? 0 : 1) - (collection[entry.key] == nil ? 0 : 1)
    }
    return collection.count(from: start, to: end) + changed
  }
}
