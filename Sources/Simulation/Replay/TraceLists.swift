import Manifest

/// Tells the lists of a recording apart. The first of a kind is where it begins, and may come in
/// pages. A later one, as after a watch that broke, tells what has become of the kind since: it is
/// read as the changes that lead to it.
struct TraceLists {
  enum Meaning {
    case beginning([JSONValue])
    case news([Trace.Change])
  }

  /// What stands, by plural and key.
  private var standing: [String: [String: JSONValue]] = [:]
  /// The version at which what stands no more was deleted, by plural and key.
  private var buried: [String: [String: Int64]] = [:]
  /// Lists that go on with another page, by path: what they have named so far.
  private var pending: [String: List] = [:]
  /// Paths whose list has been complete.
  private var listed: Set<String> = []
  /// When a kind was heard of last.
  private var heard: [String: Double] = [:]
  private(set) var gaps: [Trace.Gap] = []

  /// A list as far as its pages have come.
  private struct List {
    /// Of the state that it shows: what was told as later than that it does not know.
    var version: Int64
    var named: Set<String> = []
    var isBeginning: Bool
    var hasNews = false
  }

  /// A break shorter than this counts as watched, in seconds.
  private static let tolerance = 2.0
  /// Lists are taken one after the other when a recording begins; after that it has begun.
  private static let begun = 1.0

  /// A watch said something; returns when, which is not before what the kind said before.
  mutating func hear(of plural: String, at t: Double) -> Double {
    let t = max(t, heard[plural] ?? 0)
    heard[plural] = t
    return t
  }

  mutating func note(_ change: Trace.Change) {
    // A bare nil would be JSON's null, and stay.
    let object: JSONValue? = change.kind == .deleted ? .none : change.object
    let key = Trace.key(change.object)
    standing[change.plural, default: [:]][key] = object
    buried[change.plural, default: [:]][key] = object == nil ? change.resourceVersion : nil
  }

  mutating func take(_ entry: JSONValue, of plural: String, at t: Double) -> Meaning {
    // An answer that is no list says nothing of what there is.
    guard let items = entry[path: "body", "items"]?.array else { return .news([]) }
    let scope = Scope(entry["path"]?.string ?? plural)
    let version = Self.version(entry["body"])
    let names = Set(items.map(Trace.key))
    let before = pending[scope.path].flatMap { scope.goesOn($0, version, names) ? $0 : nil }
    var list =
      before
      ?? List(version: version, isBeginning: !listed.contains(scope.path) && t <= Self.begun)
    list.named.formUnion(names)
    let isWhole = (entry[path: "body", "metadata", "continue"]?.string ?? "").isEmpty
    if isWhole { listed.insert(scope.path) }
    defer { pending[scope.path] = isWhole ? nil : list }
    if list.isBeginning {
      for object in items { standing[plural, default: [:]][Trace.key(object)] = object }
      if isWhole { _ = hear(of: plural, at: t) }
      return .beginning(items)
    }
    let since = heard[plural]
    let t = max(t, since ?? 0)
    let isFound = since.map { t - $0 > Self.tolerance } ?? true
    var news = items.compactMap { change(to: $0, of: plural, asOf: version, at: t, isFound) }
    if isWhole {
      news += gone(from: plural, scope, list, at: t, isFound)
      if isFound, let since, list.hasNews || !news.isEmpty {
        gaps.append(Trace.Gap(from: since, until: t, plural: plural))
      }
      _ = hear(of: plural, at: t)
    }
    list.hasNews = list.hasNews || !news.isEmpty
    for change in news { note(change) }
    return .news(news)
  }

  private func change(
    to object: JSONValue, of plural: String, asOf version: Int64, at t: Double, _ isFound: Bool
  ) -> Trace.Change? {
    let key = Trace.key(object)
    let before = standing[plural]?[key]
    let (old, new) = (Self.version(before), Self.version(object))
    // A list may have been taken just before the watch told more.
    guard before == nil || new > old || new == 0 && object != before else { return nil }
    if before == nil, version > 0, let end = buried[plural]?[key], version < end { return nil }
    return Trace.Change(
      t: t, plural: plural, kind: before == nil ? .added : .modified, object: object,
      resourceVersion: new, isFound: isFound)
  }

  private func gone(
    from plural: String, _ scope: Scope, _ list: List, at t: Double, _ isFound: Bool
  ) -> [Trace.Change] {
    guard !scope.isSelective else { return [] }
    let version = list.version
    let missing = (standing[plural] ?? [:]).filter { key, object in
      !list.named.contains(key) && scope.covers(object)
        && (version == 0 || Self.version(object) <= version)
    }
    return missing.sorted { $0.key < $1.key }.map { _, object in
      var last = object
      if version > 0 { last["metadata"]?["resourceVersion"] = .string(String(version)) }
      return Trace.Change(
        t: t, plural: plural, kind: .deleted, object: last,
        resourceVersion: max(version, Self.version(object)), isFound: isFound)
    }
  }

  private static func version(_ object: JSONValue?) -> Int64 {
    object?[path: "metadata", "resourceVersion"]?.string.flatMap { Int64($0) } ?? 0
  }

  /// What a list was asked for.
  private struct Scope {
    var path: String
    var namespace: String?
    /// Only some of the objects were asked for: the others need not be gone.
    var isSelective: Bool
    /// Queries were recorded; and this one asks for a page that is not the first.
    private var hasQuery: Bool
    private var hasToken: Bool

    init(_ text: String) {
      let parts = text.split(separator: "?", maxSplits: 1)
      path = parts.first.map(String.init) ?? ""
      let parameters = parts.count > 1 ? parts[1].split(separator: "&") : []
      let selectors = parameters.filter {
        $0.hasPrefix("labelSelector=") || $0.hasPrefix("fieldSelector=")
      }
      hasQuery = parts.count > 1
      hasToken = parameters.contains { $0.hasPrefix("continue=") && $0 != "continue=" }
      isSelective = !selectors.isEmpty
      let steps = path.split(separator: "/")
      if let at = steps.firstIndex(of: "namespaces"), at + 2 < steps.count {
        namespace = String(steps[at + 1])
      }
      // Another selector is another list; pages of one differ in what else they ask for.
      if isSelective { path += "?" + selectors.joined(separator: "&") }
    }

    /// Whether this is that list's next page, and not a new list after one that broke off. Where
    /// queries were left out, pages of one list show one version, and none names again what
    /// another has named.
    func goesOn(_ list: List, _ version: Int64, _ names: Set<String>) -> Bool {
      if hasQuery { return hasToken }
      return list.version == version && list.named.isDisjoint(with: names)
    }

    func covers(_ object: JSONValue) -> Bool {
      namespace.map { object[path: "metadata", "namespace"]?.string == $0 } ?? true
    }
  }
}
