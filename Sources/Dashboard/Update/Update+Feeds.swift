import Karmada
import Manifest

extension AppState {
  /// Takes news of a feed, or lays it aside while the screen is frozen.
  mutating func take(_ news: FeedUpdate, from id: FeedID) -> [Effect] {
    observe(news, from: id)
    feeds[id, default: Feed()].lastHeard = now
    switch news {
    case .phase(let phase):
      if case .stale = phase { feeds[id]?.lastHeard = nil }
      feeds[id]?.phase = phase
      return []
    case .heard: return []
    case .listBegins, .objects, .listEnds, .removed: break
    }
    var gone: [ObjectKey] = []
    if freeze != nil {
      freeze?.waiting[id, default: WaitingNews()].take(news)
    } else {
      gone = apply(news, from: id)
    }
    var effects: [Effect] = []
    if case .listEnds = news { effects += endWatchingList(id, gone: gone) }
    return effects + takeFailoverNews()
  }

  /// Ends a freeze: what waited is shown.
  mutating func thaw() {
    guard let waiting = freeze?.waiting else { return }
    freeze = nil
    for (id, news) in waiting {
      if news.listBegan { apply(.listBegins, from: id) }
      var removed: [ObjectKey] = []
      for (key, objects) in news.objects {
        if let objects { apply(.objects(objects), from: id) } else { removed.append(key) }
      }
      apply(.removed(removed), from: id)
      guard news.listEnded else { continue }
      for key in apply(.listEnds, from: id) { history.builder.removeBinding(key, .found(now)) }
    }
    relistFailovers()
    settle()
  }

  /// Returns the bindings that a list's end shows to be gone.
  @discardableResult
  private mutating func apply(_ news: FeedUpdate, from id: FeedID) -> [ObjectKey] {
    switch news {
    case .listBegins: feeds[id]?.generation &+= 1
    case .objects(let objects): upsert(objects, from: id)
    case .removed(let keys): remove(keys.map { RowKey(id, $0) }, from: id)
    case .listEnds:
      feeds[id]?.isComplete = true
      return removeLeftovers(of: id)
    case .phase, .heard: break
    }
    return []
  }

  private mutating func upsert(_ objects: FeedObjects, from id: FeedID) {
    let generation = feeds[id]?.generation ?? 0
    switch objects {
    case .clusters(let items):
      followOverrides(of: items)
      clusters.upsert(
        items.map {
          ClusterRow($0, tally: summary.byCluster[$0.metadata.name] ?? ClusterTally())
        }, generation: generation)
    case .bindings(let items):
      // Watch events that come together may tell of one object twice; only the last counts.
      let newest = Dictionary(items.map { ($0.metadata.key, $0) }, uniquingKeysWith: { $1 })
      let rows = newest.values.map(BindingRow.init)
      let before = countOut(rows.map(\.key))
      for row in rows { summary.add(row) }
      bindings.upsert(rows, generation: generation)
      see(items)
      followOverrides(of: rows)
      refreshTallies(touchedBy: before + rows)
    case .propagationPolicies(let items):
      policies.upsert(
        items.map { policy in
          let row = PolicyRow(.propagation(policy))
          return PolicyRow(row.policy, claimed: summary.byPolicy[row.key] ?? 0)
        }, generation: generation)
      see(items)
    case .overridePolicies(let items):
      policies.upsert(items.map { PolicyRow(.override($0)) }, generation: generation)
      followOverridePolicies()
    case .events(let items):
      events.upsert(items.map(EventRow.init), generation: generation)
    }
  }

  private mutating func remove(_ keys: [RowKey], from id: FeedID) {
    switch id {
    case .clusters:
      clusters.remove(keys)
      overrides.look?.isOutdated = true
    case .resourceBindings, .clusterResourceBindings:
      let rows = countOut(keys)
      bindings.remove(keys)
      seeGone(rows.map(\.binding))
      followOverrides(ofRemoved: keys)
      refreshTallies(touchedBy: rows)
    case .propagationPolicies, .clusterPropagationPolicies, .overridePolicies,
      .clusterOverridePolicies:
      policies.remove(keys)
      seePoliciesGone(keys)
      followOverridePolicies()
    case .events: events.remove(keys)
    }
  }

  /// After a whole list: what it did not bring no longer exists.
  private mutating func removeLeftovers(of id: FeedID) -> [ObjectKey] {
    let generation = feeds[id]?.generation ?? 0
    switch id {
    case .clusters:
      if !clusters.removeRows(of: id, olderThan: generation).isEmpty {
        overrides.look?.isOutdated = true
      }
    case .resourceBindings, .clusterResourceBindings:
      let gone = bindings.removeRows(of: id, olderThan: generation)
      for row in gone { summary.remove(row) }
      seeGone(gone.map(\.binding))
      followOverrides(ofRemoved: gone.map(\.key))
      refreshTallies(touchedBy: gone)
      return gone.map(\.key.object)
    case .propagationPolicies, .clusterPropagationPolicies, .overridePolicies,
      .clusterOverridePolicies:
      let gone = policies.removeRows(of: id, olderThan: generation)
      seePoliciesGone(gone.map(\.key))
      if !gone.isEmpty { followOverridePolicies() }
    case .events: _ = events.removeRows(of: id, olderThan: generation)
    }
    return []
  }

  /// Takes the rows that stand under these keys out of the counts; returns them.
  private mutating func countOut(_ keys: [RowKey]) -> [BindingRow] {
    let rows = Set(keys).compactMap { bindings.table.row($0) }
    for row in rows { summary.remove(row) }
    return rows
  }

  /// Clusters and policies show counts of bindings: those touched get their new counts.
  private mutating func refreshTallies(touchedBy rows: [BindingRow]) {
    let names = Set(rows.lazy.flatMap(\.clusterNamesInPlay))
    clusters.refresh(
      names.compactMap { name in
        let tally = summary.byCluster[name] ?? ClusterTally()
        let row = clusters.table.row(RowKey(.clusters, ObjectKey(name: name)))
        return row.flatMap { $0.tally == tally ? nil : ClusterRow($0.cluster, tally: tally) }
      })
    let touched = Set(rows.compactMap(\.policyKey)).compactMap { policies.table.row($0) }
    policies.refresh(
      touched.map { PolicyRow($0.policy, claimed: summary.byPolicy[$0.key] ?? 0) })
  }
}

extension WaitingNews {
  mutating func take(_ news: FeedUpdate) {
    switch news {
    case .listBegins:
      // The list is newer than whatever came before it.
      objects = [:]
      listBegan = true
      listEnded = false
    case .listEnds: listEnded = true
    case .objects(let some):
      for (key, one) in some.single { objects[key] = .some(one) }
    case .removed(let keys):
      for key in keys { objects[key] = .some(nil) }
    case .phase, .heard: break
    }
  }
}

extension FeedObjects {
  /// The same objects one by one, with their keys.
  var single: [(ObjectKey, FeedObjects)] {
    switch self {
    case .clusters(let o): o.map { ($0.metadata.key, .clusters([$0])) }
    case .bindings(let o): o.map { ($0.metadata.key, .bindings([$0])) }
    case .propagationPolicies(let o): o.map { ($0.metadata.key, .propagationPolicies([$0])) }
    case .overridePolicies(let o): o.map { ($0.metadata.key, .overridePolicies([$0])) }
    case .events(let o): o.map { ($0.metadata.key, .events([$0])) }
    }
  }
}
