import Manifest

extension EpisodeBuilder {
  /// Every episode known, the oldest first.
  public func episodes(at now: Time) -> [Episode] {
    var all: [String: Episode] = [:]
    for episode in resumable.values.joined() { all[episode.id] = episode }
    for episode in history.values.joined() { all[episode.id] = episode }
    for key in Set(tracks.keys).union(past.keys) {
      for episode in episodes(of: key, at: now) { all[episode.id] = episode }
    }
    return all.values.sorted(by: Episode.isOlder)
  }

  /// What has changed since it was asked for last: by changes observed, or because time has
  /// passed. Ids that are not used any more are in `gone`.
  public mutating func takeNews(at now: Time) -> (changed: [Episode], gone: [String]) {
    let now = max(now, watched ?? now)
    watched = now
    for (key, deadline) in deadlines where deadline <= now {
      changed.insert(key)
      deadlines[key] = tracks[key]?.nextDeadline(after: now)
    }
    var (news, gone): ([Episode], [String]) = ([], [])
    for key in changed {
      let current = episodes(of: key, at: now)
      let before = given[key] ?? [:]
      given[key] = Dictionary(current.map { ($0.id, $0) }, uniquingKeysWith: { $1 })
      news += current.filter { before[$0.id] != $0 }
      gone += before.keys.filter { given[key]?[$0] == nil }
    }
    changed = []
    return (news.sorted(by: Episode.isOlder), gone.sorted())
  }

  /// When something changes by itself next.
  public var nextDeadline: Time? { deadlines.values.min() }

  /// The episodes of one binding, the oldest first.
  func episodes(of key: ObjectKey, at now: Time) -> [Episode] {
    var all: [Episode] = []
    for track in (past[key] ?? []) + (tracks[key].map { [$0] } ?? []) {
      let earlier = history[track.identity.uid] ?? []
      all += episodes(of: track, works[key], after: earlier, at: now)
    }
    return all
  }

  private func episodes(
    of track: BindingTrack, _ works: WorkTrack?, after earlier: [Episode], at now: Time
  ) -> [Episode] {
    var cores = track.cores
    for (name, state) in track.unhealthy where track.isOverdue(state, at: now) {
      cores.append(track.overdueCore(name, state))
    }
    var all: [Episode] = []
    for core in cores {
      let trouble = trouble(of: core)
      var episode = EpisodeReading(core, track, works, trouble: trouble, at: now).episode
      if core.isTaskGone, core.taskGone == nil, episode.finished == nil, !core.wasNowhere,
        let begun = core.evicted?.time ?? core.taskCreated,
        let noted = memories.end(of: track.identity, from: core.from, after: begun)
      {
        episode.finished = Moment(noted, isExact: false)
      }
      if episode.unhealthy == nil, core.wasFound,
        core.task?.reason == EpisodeCore.applicationReason,
        let begun = core.taskCreated,
        let since = memories.unhealthySince(track.identity, on: core.from, at: begun)
      {
        episode.unhealthy = Moment(since, isExact: false)
      }
      episode.incident = trouble.flatMap { clusters[core.from]?.incident($0) }
      episode.previous = Self.source(of: episode, among: earlier + all)?.id
      all.append(episode)
    }
    return all.sorted(by: Episode.isOlder)
  }

  /// What drove the workload out, where that was its cluster's condition.
  private func trouble(of core: EpisodeCore) -> ClusterTrack.Span? {
    guard core.task?.reason == EpisodeCore.taintReason else { return nil }
    return clusters[core.from]?.trouble(
      before: core.evicted?.time ?? core.taskCreated ?? core.known)
  }

  /// The episode that brought the workload to where this one takes it from.
  private static func source(of episode: Episode, among others: [Episode]) -> Episode? {
    guard let began = episode.evicted?.time ?? episode.began else { return nil }
    return others.filter { other in
      other.id != episode.id && other.to.contains(episode.from)
        && (other.evicted?.time ?? other.began).map { $0 < began } ?? false
    }.max(by: Episode.isOlder)
  }

  // MARK: Before anybody watched

  /// Adds the evictions that Events tell of and that were over before anybody watched; to be
  /// called once the first lists are complete. Bindings that do not exist any more are left out:
  /// there is nothing to say of them but that.
  ///
  /// - Parameter binding: the binding as it is now, by its key.
  public mutating func reconstruct(
    at now: Time, _ binding: (ObjectKey) -> ResourceBinding?
  ) {
    for eviction in memories.evictions {
      guard let object = binding(eviction.binding), object.metadata.uid == eviction.uid,
        object.metadata.deletionTimestamp == nil
      else { continue }
      let known =
        (history[eviction.uid] ?? [])
        + episodes(of: eviction.binding, at: now)
        + (resumable[eviction.uid] ?? [])
      let isLast = memories.isLast(eviction)
      guard !known.contains(where: { tells($0, of: eviction, isLast) }) else { continue }
      if isLast, strand(object, since: eviction, at: now) { continue }
      addToHistory(Self.reconstructed(eviction, object, isLast: isLast))
    }
  }

  /// An episode tells of the first eviction from its cluster that was over after it began; a later
  /// one is another.
  private func tells(
    _ episode: Episode, of eviction: EventMemory.Eviction, _ isLast: Bool
  ) -> Bool {
    guard episode.from == eviction.from else { return false }
    if let end = episode.finished?.time, Self.near(end, eviction.at) { return true }
    guard let began = episode.evicted?.time ?? episode.taskCreated else {
      // Found nowhere; the last eviction tells when it came to that.
      return episode.isOpen && episode.outcome == .stranded && !isLast
    }
    let first = memories.end(of: episode.binding, from: episode.from, after: began)
    return first.map { Self.near($0, eviction.at) } ?? false
  }

  private static func near(_ a: Time, _ b: Time) -> Bool {
    a <= b + .seconds(3) && b <= a + .seconds(3)
  }

  private static func reconstructed(
    _ eviction: EventMemory.Eviction, _ binding: ResourceBinding, isLast: Bool
  ) -> Episode {
    let identity = BindingIdentity(binding)
    let second = String(eviction.at.nanoseconds / 1_000_000_000)
    var episode = Episode(
      id: StableID.make(identity.kind, identity.uid, eviction.from, "event", second),
      binding: identity, from: eviction.from)
    episode.isReconstructed = true
    episode.finished = Moment(eviction.at, isExact: false)
    episode.why = "over before anybody watched; only an Event tells of it"
    episode.evidence = [
      Evidence(
        "\(identity.kind) \(identity.key)",
        "Event EvictWorkloadFromClusterSucceed: evicted from \(eviction.from)",
        at: Moment(eviction.at, isExact: false))
    ]
    let names = binding.clusters.map(\.name)
    guard isLast, !names.contains(eviction.from) else { return episode }
    if names.isEmpty {
      return episode
    }
    episode.to = names.sorted()
    if binding.worstHealth == .healthy { episode.outcome = .recovered }
    return episode
  }
}

extension Episode {
  /// By when they began, then by binding and cluster, so that the order is always the same.
  static func isOlder(_ a: Episode, _ b: Episode) -> Bool {
    let (x, y) = (a.evicted?.time ?? a.began, b.evicted?.time ?? b.began)
    if x != y { return (x ?? Time(nanoseconds: .min)) < (y ?? Time(nanoseconds: .min)) }
    if a.binding.key != b.binding.key { return a.binding.key < b.binding.key }
    return (a.from, a.id) < (b.from, b.id)
  }
}
