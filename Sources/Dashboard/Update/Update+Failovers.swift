import Karmada
import Manifest

extension AppState {
  // MARK: From the feeds

  /// Takes news into the history as they come, also while the screen is frozen: what happened
  /// when is not to be lost. Called before the rows change.
  mutating func observe(_ news: FeedUpdate, from id: FeedID) {
    guard !history.isRecorded, Self.observed.contains(id) else { return }
    switch news {
    case .listBegins: beginWatching(id)
    case .objects(let objects): observe(objects, from: id)
    case .removed(let keys):
      guard id == .resourceBindings || id == .clusterResourceBindings else { return }
      for key in keys { history.builder.removeBinding(key, sighting(of: id)) }
    case .listEnds: history.feeds[id]?.isListing = false
    case .phase(.stale(let since, _)):
      if history.feeds[id]?.brokenSince == nil {
        history.feeds[id, default: .init()].brokenSince = since ?? now
      }
    case .phase, .heard: break
    }
  }

  private static let observed: Set<FeedID> = [
    .clusters, .resourceBindings, .clusterResourceBindings, .events,
  ]

  private mutating func beginWatching(_ id: FeedID) {
    var watching = history.feeds[id] ?? .init()
    watching.isListing = true
    let isCutOff = watching.brokenSince.map { now - $0 > FailoverHistory.tolerance } ?? false
    watching.isCatchingUp = !watching.hasListed || isCutOff
    history.feeds[id] = watching
  }

  private func sighting(of id: FeedID) -> Sighting {
    let watching = history.feeds[id]
    return watching?.isListing == true && watching?.isCatchingUp == true ? .found(now) : .seen(now)
  }

  private mutating func observe(_ objects: FeedObjects, from id: FeedID) {
    let sighting = sighting(of: id)
    switch objects {
    case .bindings(let items):
      for (at, item) in items.enumerated() {
        var before: ResourceBinding?
        if history.builder.wantsBefore(item) {
          let key = item.metadata.key
          before = items[..<at].last { $0.metadata.key == key } ?? known(key, id)
        }
        history.builder.observe(item, before: before, sighting)
      }
    case .clusters(let items): for item in items { history.builder.observe(item, sighting) }
    case .events(let items):
      for item in items { history.builder.observe(item) }
      lookAgain(for: items)
    case .propagationPolicies, .overridePolicies: break
    }
  }

  private func known(_ key: ObjectKey, _ id: FeedID) -> ResourceBinding? {
    if case .bindings(let waiting)?? = freeze?.waiting[id]?.objects[key] { return waiting.last }
    return bindings.table.row(RowKey(id, key))?.binding
  }

  /// After a whole list has been taken in.
  /// - Parameter gone: bindings that it did not name.
  mutating func endWatchingList(_ id: FeedID, gone: [ObjectKey]) -> [Effect] {
    guard !history.isRecorded, Self.observed.contains(id) else { return [] }
    guard let watching = history.feeds[id] else { return [] }
    for key in gone {
      history.builder.removeBinding(key, watching.isCatchingUp ? .found(now) : .seen(now))
    }
    if id == .resourceBindings || id == .clusterResourceBindings {
      history.builder.endList(
        ofClusterScoped: id == .clusterResourceBindings, in: options.namespace, at: now)
    }
    history.feeds[id]?.hasListed = true
    history.feeds[id]?.brokenSince = nil
    history.mustLookBack = history.mustLookBack || watching.isCatchingUp
    lookBack()
    // Whoever looks at one namespace has not watched the others.
    guard id == .resourceBindings, watching.isCatchingUp, history.isKept,
      options.namespace == nil
    else { return [] }
    let why =
      watching.hasListed
      ? "the control plane did not answer" : "no dashboard was watching"
    history.lastNoted = now
    return [.resumeWatching(since: watching.brokenSince, at: now, why: why)]
  }

  /// Once there are bindings and Events, and again after every gap, what the latter still tell of
  /// the time in which nobody watched is added.
  private mutating func lookBack() {
    let needed: [FeedID] = [.resourceBindings, .clusterResourceBindings, .events]
    let isDone = needed.allSatisfy { id in
      if case .denied? = feeds[id]?.phase { return true }
      // After a gap the rows are of before it until all has been listed again.
      return history.feeds[id]?.hasListed == true && history.feeds[id]?.brokenSince == nil
    }
    guard isDone, history.mustLookBack else { return }
    (history.mustLookBack, history.lookedBack, history.lookAgainAt) = (false, now, nil)
    let table = bindings.table
    history.builder.reconstruct(at: now) { key in
      let id: FeedID = key.namespace.isEmpty ? .clusterResourceBindings : .resourceBindings
      return table.row(RowKey(id, key))?.binding
    }
    for episode in history.builder.episodes(at: now) where history.episodes[episode.id] == nil {
      note(episode)
    }
  }

  /// An Event may tell late of what was over when the first lists were read. The bindings' own
  /// watch has a moment to tell of it first.
  private mutating func lookAgain(for events: [Event]) {
    guard let looked = history.lookedBack else { return }
    let isLate = events.contains { event in
      event.tellsOfEviction && event.lastTimestamp.map { $0 <= looked } ?? false
    }
    if isLate, history.lookAgainAt == nil { history.lookAgainAt = now + .seconds(2) }
  }

  // MARK: From outside

  mutating func take(_ news: FailoverNews) -> [Effect] {
    switch news {
    case .resumed(let record):
      history.isKept = record != nil
      if let record { resume(record) }
    case .others(let episodes, let acknowledgements):
      history.builder.resume(episodes)
      for episode in episodes where !history.builder.follows(episode) { put(episode) }
      history.acknowledgements.merge(acknowledgements) { $1 }
      refreshFailoverRows(Array(acknowledgements.keys))
    case .kept(let all): for one in all { adopt(one) }
    case .notKept(let ids):
      history.unsaved.formUnion(ids)
      history.retryAt = now + FailoverHistory.retryAfter
    case .notAcknowledged(let id):
      history.unsaved.insert(id)
      history.unsavedAcknowledgements.insert(id)
      history.retryAt = now + FailoverHistory.retryAfter
    case .gap(let gap): history.builder.note(gap)
    case .works(let works, let sighting):
      for work in works { history.builder.observe(work, sighting) }
    case .worksGone(let works, let sighting):
      for work in works { history.builder.removeWork(work, sighting) }
    case .memberRead(let binding, let cluster, let result, let time):
      // What cannot be read says nothing; the page tells why when it is opened.
      if case .success(let object) = result {
        var labels: [String: String] = [:]
        for (name, value) in object[path: "metadata", "labels"]?.object?.members ?? [:] {
          labels[name] = value.string
        }
        history.builder.observe(memberLabels: labels, of: binding, on: cluster, at: time)
      }
    case .recorded(let builder):
      history.isRecorded = true
      history.builder = builder
      history.episodes = [:]
      failovers.remove(failovers.table.rows.map(\.key))
      for episode in builder.episodes(at: now) { put(episode) }
    }
    return takeFailoverNews()
  }

  private mutating func resume(_ record: FailoverRecord) {
    history.acknowledgements = record.acknowledgements
    for gap in record.gaps { history.builder.note(gap) }
    history.builder.resume(record.episodes)
    // Two accounts of one eviction are one there.
    for episode in history.builder.episodes(at: now) { put(episode) }
  }

  /// The journal knows the episode under another id, or knows more of it.
  private mutating func adopt(_ kept: FailoverNews.Kept) {
    guard kept.id != kept.episode.id else { return }
    history.builder.rename(kept.id, to: kept.episode.id, in: kept.episode.binding.key)
    history.episodes[kept.id] = nil
    if history.unsavedAcknowledgements.remove(kept.id) != nil {
      history.unsavedAcknowledgements.insert(kept.episode.id)
    }
    if let ours = history.acknowledgements.removeValue(forKey: kept.id) {
      let theirs = history.acknowledgements[kept.episode.id]
      history.acknowledgements[kept.episode.id] = theirs.map { $0.at > ours.at ? $0 : ours } ?? ours
    }
    failovers.remove([FailoverRow.key(kept.id, kept.episode)])
    put(kept.episode)
  }

  // MARK: Rows

  /// Until when bindings have told what becomes of them: of the time after that nothing can be
  /// concluded from their silence.
  private var toldUntil: Time {
    let bindings: [FeedID] = [.resourceBindings, .clusterResourceBindings]
    let broken = bindings.compactMap { id -> Time? in
      if case .denied? = feeds[id]?.phase { return nil }
      return history.feeds[id]?.hasListed == true ? history.feeds[id]?.brokenSince : nil
    }
    return broken.min() ?? now
  }

  /// Takes over what the builder has concluded since it was asked last. Returns what is to be done
  /// about it outside.
  mutating func takeFailoverNews() -> [Effect] {
    let (changed, gone) = history.builder.takeNews(at: toldUntil)
    for id in gone {
      history.unsaved.remove(id)
      if let episode = history.episodes.removeValue(forKey: id) {
        failovers.remove([FailoverRow.key(id, episode)])
      }
    }
    if !changed.isEmpty {
      for episode in changed {
        history.episodes[episode.id] = episode
        if !history.isRecorded { history.unsaved.insert(episode.id) }
      }
      upsertFailovers(changed)
    }
    if !changed.isEmpty || !gone.isEmpty {
      settleFailovers()
      refreshFailoverPages()
    }
    return history.isRecorded ? [] : followWorks() + lookForState(changed)
  }

  private mutating func note(_ episode: Episode) {
    history.unsaved.insert(episode.id)
    put(episode)
  }

  private mutating func put(_ episode: Episode) {
    history.episodes[episode.id] = episode
    upsertFailovers([episode])
  }

  private mutating func upsertFailovers(_ episodes: [Episode]) {
    guard freeze == nil else { return }
    let rows = episodes.filter { history.isListed($0, at: now) }.map { episode in
      FailoverRow(episode, acknowledgement: history.acknowledgement(of: episode))
    }
    if !rows.isEmpty { failovers.upsert(rows, generation: 0) }
  }

  private mutating func refreshFailoverRows(_ ids: [String]) {
    upsertFailovers(ids.compactMap { history.episodes[$0] })
  }

  private mutating func settleFailovers() {
    let isFiltering = if case .filter? = prompt?.kind { true } else { false }
    failovers.settle(
      height: layout.listHeight, keepsHiddenMarks: isFiltering,
      holdsCursor: heldPane == .failovers)
  }

  /// Lists anew what the window lets through: after it changed, a thaw, or some time.
  mutating func relistFailovers() {
    let listed = history.episodes.values.filter { history.isListed($0, at: now) }
    let keep = Set(listed.map(\.id))
    failovers.remove(
      failovers.table.rows.filter { !keep.contains($0.episode.id) }.map(\.key))
    upsertFailovers(Array(listed))
    settleFailovers()
  }

  // MARK: Time

  /// What time alone changes, and what is due to be written.
  mutating func passFailoverTime() -> [Effect] {
    if let at = history.lookAgainAt, at <= now {
      history.mustLookBack = true
      lookBack()
    }
    var effects = takeFailoverNews()
    refreshFailoverPages()
    if history.lastTidied.map({ now - $0 >= .seconds(30) }) ?? true {
      history.lastTidied = now
      if !history.isRecorded { history.builder.compact(at: now) }
      if history.window != nil { relistFailovers() }
    }
    guard history.isKept else { return effects }
    effects += keepRipe()
    if isWatching, history.lastNoted.map({ now - $0 >= .seconds(10) }) ?? false {
      history.lastNoted = now
      effects.append(.noteWatching(until: now))
    }
    return effects
  }

  /// What the journal could not take is offered again, but not at every tick.
  private mutating func keepRipe() -> [Effect] {
    guard history.retryAt.map({ $0 <= now }) ?? true else { return [] }
    history.retryAt = nil
    let ripe = history.unsaved.compactMap { history.episodes[$0] }.filter(isRipe)
      .sorted { $0.id < $1.id }
    history.unsaved.subtract(ripe.map(\.id))
    var effects: [Effect] = []
    var plain: [Episode] = []
    for episode in ripe {
      if history.unsavedAcknowledgements.remove(episode.id) != nil,
        let acknowledgement = history.acknowledgements[episode.id]
      {
        effects.append(.keepAcknowledgement(acknowledgement, of: episode))
      } else {
        plain.append(episode)
      }
    }
    return plain.isEmpty ? effects : [.keepEpisodes(plain)] + effects
  }

  /// A task gets its creationTimestamp, by which everybody knows it, within moments.
  private func isRipe(_ episode: Episode) -> Bool {
    guard let evicted = episode.evicted, episode.taskCreated == nil, episode.isOpen,
      !episode.reason.isEmpty
    else { return true }
    return now - evicted.time > .seconds(3)
  }

  /// Bindings are heard of as they change, in every namespace.
  public var isWatching: Bool {
    guard options.namespace == nil else { return false }
    return switch feeds[.resourceBindings]?.phase {
    case .live, .polling: true
    default: false
    }
  }

  private mutating func followWorks() -> [Effect] {
    let wanted = history.builder.worksWanted(limit: FailoverHistory.followLimit)
    guard wanted != history.followed else { return [] }
    history.followed = wanted
    return [.followWorks(wanted)]
  }

  /// The labels were seen on a target's Work, and that was applied: the object in the member is
  /// read, once and at once, since Karmada takes them off again.
  private mutating func lookForState(_ changed: [Episode]) -> [Effect] {
    changed.filter { $0.isOpen && $0.relayed == true && $0.applied != nil }.flatMap { episode in
      episode.relaySightings.filter { !$0.isOnMember }.compactMap { sighting -> Effect? in
        guard history.looked.insert("\(episode.id) \(sighting.cluster)").inserted else {
          return nil
        }
        return .lookForState(
          episode.binding.key, cluster: sighting.cluster, episode.binding.resource)
      }
    }
  }

  // MARK: The operator's hand

  mutating func acknowledge(_ argument: String) -> [Effect] {
    guard let row = failovers.selected else { return [] }
    guard !argument.isEmpty else {
      overlays.append(.prompt(Prompt(.acknowledgement(of: row.episode.id))))
      return []
    }
    return acknowledge(row.episode.id, because: argument)
  }

  mutating func acknowledge(_ id: String, because reason: String) -> [Effect] {
    guard !reason.trimmed.isEmpty else {
      message = StatusMessage(.error, "why? The reason is kept with it; nothing was acknowledged")
      return []
    }
    guard let episode = history.episodes[id] else { return [] }
    let by = connection.endpoint.user ?? options.operatorName
    let acknowledgement = Acknowledgement(at: now, by: by, reason: reason.trimmed)
    history.acknowledgements[id] = acknowledgement
    refreshFailoverRows([id])
    settleFailovers()
    message = StatusMessage(.info, "acknowledged \(episode.title)")
    guard history.isKept else { return [] }
    history.unsaved.remove(id)
    history.unsavedAcknowledgements.remove(id)
    return [.keepAcknowledgement(acknowledgement, of: episode)]
  }

  mutating func setFailoverWindow(_ argument: String) {
    if argument == "all" {
      history.window = nil
      message = StatusMessage(.info, "failovers of all time")
    } else if let span = Duration(span: argument) {
      history.window = span
      message = StatusMessage(.info, "failovers of the last \(argument), and what is open")
    } else {
      message = StatusMessage(.error, "since takes 15m, 24h, 7d or all; not “\(argument)”")
      return
    }
    relistFailovers()
  }
}

extension Episode {
  /// "default/FlinkDeployment/wordcount from member1".
  public var title: String {
    let resource = binding.resource
    let place = resource.namespace.isEmpty ? "" : resource.namespace + "/"
    let leaving = from.isEmpty ? "" : " from \(from)"
    return "\(place)\(resource.kind)/\(resource.name)\(leaving)"
  }
}
