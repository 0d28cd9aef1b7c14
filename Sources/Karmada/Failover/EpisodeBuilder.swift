import Manifest

/// Puts episodes together from what is seen of bindings, Works, clusters and Events.
///
/// The versions of one object come in their order; different kinds may arrive in any order, and
/// anything may be told twice: the episodes are the same. Costs a look at the binding for every
/// change, and memory only for bindings in trouble.
public struct EpisodeBuilder: Sendable {
  var tracks: [ObjectKey: BindingTrack] = [:]
  /// Tracks of bindings that were deleted and made anew.
  var past: [ObjectKey: [BindingTrack]] = [:]
  var works: [ObjectKey: WorkTrack] = [:]
  var clusters: [String: ClusterTrack] = [:]
  /// What the journal has and nothing here will change any more, by the uid of the binding.
  var history: [String: [Episode]] = [:]
  /// Episodes of the journal that were not over, by the uid of their binding, until that is seen.
  var resumable: [String: [Episode]] = [:]
  var memories = EventMemory()
  public private(set) var gaps: [ObservationGap] = []

  /// Bindings whose episodes have to be put together again.
  var changed: Set<ObjectKey> = []
  /// When a binding's episodes change by themselves.
  var deadlines: [ObjectKey: Time] = [:]
  /// What `takeNews` gave last, by binding and id.
  var given: [ObjectKey: [String: Episode]] = [:]
  /// Bindings with an episode away from that cluster.
  private var leaving: [String: Set<ObjectKey>] = [:]
  /// Bindings whose Works would tell whether their state arrives, or when they were applied.
  private var relaying: Set<ObjectKey> = []
  /// Until when changes were told as they happened, at least; or somebody looked at what is known.
  var watched: Time?
  private var watchedUntil: Time { watched ?? Time(nanoseconds: .min) }
  /// Bindings found unhealthy with nothing sure yet to tell since when, by their objects.
  private var sinceless: [EventMemory.Subject: Set<ObjectKey>] = [:]

  public init() {}

  // MARK: Bindings

  /// - Parameter before: the version before this one, where it is at hand.
  public mutating func observe(
    _ binding: ResourceBinding, before: ResourceBinding? = nil, _ sighting: Sighting
  ) {
    let key = binding.metadata.key
    guard var track = track(of: binding, key, before, sighting) else { return }
    let didChange = track.take(binding, sighting, watched: watchedUntil)
    if case .seen(let time) = sighting { watched = watched.map { max($0, time) } ?? time }
    for name in track.unhealthy.keys {
      if let since = memories.unhealthySince(track.identity, on: name) {
        track.note(unhealthySince: since, on: name)
      }
    }
    keep(track, key)
    if didChange { changed.insert(key) }
  }

  /// Whether the version before this one would tell something: it is the first of trouble.
  public func wantsBefore(_ binding: ResourceBinding) -> Bool {
    tracks[binding.metadata.key] == nil && BindingTrack.concerns(binding)
  }

  private mutating func track(
    of binding: ResourceBinding, _ key: ObjectKey, _ before: ResourceBinding?,
    _ sighting: Sighting
  ) -> BindingTrack? {
    let uid = binding.metadata.uid
    if let track = tracks.removeValue(forKey: key) {
      if track.identity.uid == uid || track.identity.uid.isEmpty { return track }
      // Deleted and made anew, and nobody told.
      var old = track
      old.delete(.found(sighting.time), watched: watchedUntil)
      past[key, default: []].append(old)
      changed.insert(key)
    }
    let known = resumable.isEmpty ? nil : resumable.removeValue(forKey: uid)
    guard known != nil || BindingTrack.concerns(binding) else { return nil }
    let isSame = before?.metadata.uid == uid
    var track = BindingTrack(BindingIdentity(binding), before: isSame ? before?.clusters : nil)
    for episode in known ?? [] { track.resume(episode) }
    return track
  }

  private mutating func keep(_ track: BindingTrack, _ key: ObjectKey) {
    for core in track.cores { leaving[core.from, default: []].insert(key) }
    deadlines[key] = track.nextDeadline()
    setSinceless(track, key, track.unhealthy.values.contains { $0.since?.isExact != true })
    if track.worksRank < BindingTrack.restingRank {
      relaying.insert(key)
    } else {
      relaying.remove(key)
    }
    tracks[key] = track
  }

  private mutating func setSinceless(_ track: BindingTrack, _ key: ObjectKey, _ isSo: Bool) {
    let subject = EventMemory.Subject(track.identity.resource)
    if isSo {
      sinceless[subject, default: []].insert(key)
    } else if sinceless[subject]?.remove(key) != nil, sinceless[subject]?.isEmpty == true {
      sinceless[subject] = nil
    }
  }

  /// The binding is gone.
  public mutating func removeBinding(_ key: ObjectKey, _ sighting: Sighting) {
    guard var track = tracks[key] else { return }
    track.delete(sighting, watched: watchedUntil)
    keep(track, key)
    changed.insert(key)
  }

  /// A whole list of a kind has been told: bindings of it that the journal has episodes of and
  /// that were not named are gone, and nobody saw what became of them.
  ///
  /// - Parameter namespace: the only one that was listed; nil for all. Nothing is said of others.
  public mutating func endList(
    ofClusterScoped isClusterScoped: Bool, in namespace: String?, at time: Time
  ) {
    for (uid, episodes) in resumable {
      guard let binding = episodes.first?.binding,
        binding.key.namespace.isEmpty == isClusterScoped,
        isClusterScoped || namespace == nil || binding.key.namespace == namespace
      else { continue }
      resumable[uid] = nil
      var track = BindingTrack(binding)
      for episode in episodes { track.resume(episode) }
      track.delete(.found(time), watched: watchedUntil)
      past[binding.key, default: []].append(track)
      changed.insert(binding.key)
    }
  }

  /// Takes in that a binding was evicted for good before anybody watched, as an Event tells, and
  /// has been nowhere since; its episode goes on from there. False when it is somewhere.
  mutating func strand(
    _ binding: ResourceBinding, since eviction: EventMemory.Eviction, at now: Time
  ) -> Bool {
    let key = binding.metadata.key
    // That it ran before is what the Event tells.
    guard binding.clusters.isEmpty, binding.conditions["Scheduled"]?.status == .false
    else { return false }
    // What is seen may tell of it already: that it left another cluster since.
    let isTold = tracks[key]?.cores.contains { core in
      !core.isOver && !["", eviction.from].contains(core.from)
    }
    // Or it was somewhere for a while after that eviction.
    let since = binding.conditions["Scheduled"]?.lastTransitionTime
    guard isTold != true, since.map({ $0 <= eviction.at + .seconds(60) }) ?? true
    else { return false }
    var track = tracks[key] ?? BindingTrack(BindingIdentity(binding))
    track.strand(binding, from: eviction.from, gone: eviction.at, .found(now))
    keep(track, key)
    changed.insert(key)
    return true
  }

  // MARK: Others

  public mutating func observe(_ work: Work, _ sighting: Sighting) {
    guard let binding = work.bindingKey, let cluster = work.cluster else { return }
    if works[binding, default: WorkTrack()].take(work, on: cluster, sighting) {
      changed.insert(binding)
    }
  }

  public mutating func removeWork(_ work: Work, _ sighting: Sighting) {
    guard let binding = work.bindingKey, let cluster = work.cluster else { return }
    observe(work, sighting)
    if works[binding]?.remove(uid: work.metadata.uid, from: cluster, sighting) == true {
      changed.insert(binding)
    }
  }

  /// Somebody has read the object that a binding brought to a cluster.
  /// - Parameter labels: its own, all of them.
  public mutating func observe(
    memberLabels labels: [String: String], of binding: ObjectKey, on cluster: String, at time: Time
  ) {
    works[binding, default: WorkTrack()].note(
      WorkTrack.MemberLook(at: time, labels: labels), on: cluster)
    changed.insert(binding)
  }

  public mutating func observe(_ cluster: Cluster, _ sighting: Sighting) {
    let name = cluster.metadata.name
    guard clusters[name, default: ClusterTrack(name: name)].take(cluster, sighting) else { return }
    changed.formUnion(leaving[name] ?? [])
  }

  public mutating func observe(_ event: Event) {
    guard memories.take(event) else { return }
    guard let (subject, cluster) = EventMemory.healthSubject(event) else {
      let object = event.involvedObject
      let key = ObjectKey(namespace: object.namespace, name: object.name)
      if tracks[key] != nil { changed.insert(key) }
      return
    }
    for key in sinceless[EventMemory.Subject(subject)] ?? [] {
      guard var track = tracks[key],
        let since = memories.unhealthySince(track.identity, on: cluster)
      else { continue }
      track.note(unhealthySince: since, on: cluster)
      keep(track, key)
      changed.insert(key)
    }
  }

  /// Nobody watched then.
  public mutating func note(_ gap: ObservationGap) {
    guard gap.from < gap.until, !gaps.contains(gap) else { return }
    gaps.append(gap)
    gaps.sort { ($0.from, $0.until) < ($1.from, $1.until) }
  }

  /// Takes in what the journal has: what is over stands as it is, the rest goes on once its
  /// binding is seen.
  public mutating func resume(_ episodes: [Episode]) {
    for episode in episodes {
      let uid = episode.binding.uid
      let known = resumable[uid]?.first { $0.isSame(as: episode) }
      resumable[uid]?.removeAll { $0.isSame(as: episode) }
      if resumable[uid]?.isEmpty == true { resumable[uid] = nil }
      guard !follows(episode) else {
        tellWhence(episode)
        continue
      }
      if episode.isOpen {
        // Of two accounts one may not know the cluster it is about.
        let whole = known.map { $0.from == episode.from ? episode : $0.merged(with: episode) }
        resumable[uid, default: []].append(whole ?? episode)
      } else {
        addToHistory(episode)
      }
    }
  }

  /// What was found nowhere, with nothing to tell where it had been, another has seen leave.
  private mutating func tellWhence(_ episode: Episode) {
    let key = episode.binding.key
    guard episode.isOpen, episode.outcome == .stranded, !episode.from.isEmpty,
      var track = tracks[key], track.tell(whence: episode.from, knownAs: episode.id)
    else { return }
    keep(track, key)
    changed.insert(key)
  }

  /// What is seen now tells of that episode already.
  public func follows(_ episode: Episode) -> Bool {
    let key = episode.binding.key
    guard let track = tracks[key], track.identity.uid == episode.binding.uid else { return false }
    let now = Time(nanoseconds: .max)
    return episodes(of: key, at: now).contains { $0.isSame(as: episode) }
  }

  mutating func addToHistory(_ episode: Episode) {
    let uid = episode.binding.uid
    if let at = history[uid]?.firstIndex(where: { $0.isSame(as: episode) }) {
      history[uid]?[at] = episode
    } else {
      history[uid, default: []].append(episode)
    }
  }

  /// Takes over the id that the journal has for an episode.
  public mutating func rename(_ id: String, to new: String, in binding: ObjectKey) {
    guard var track = tracks[binding] else { return }
    track.rename(id, to: new)
    tracks[binding] = track
    changed.insert(binding)
  }

  /// The bindings whose Works should be followed now: those whose labels are due on a Work, which
  /// Karmada puts there for half a second only, then those that soon may be, then those of which
  /// the binding itself does not tell when they were applied. Never more than `limit`, in an outage
  /// of whatever size.
  public func worksWanted(limit: Int) -> [BindingIdentity] {
    let all = relaying.compactMap { tracks[$0] }.filter { !$0.identity.permanentID.isEmpty }
    return all.sorted { a, b in
      a.worksRank == b.worksRank ? a.identity.key < b.identity.key : a.worksRank < b.worksRank
    }.prefix(limit).map(\.identity)
  }

  /// How many bindings' Works would be worth following.
  public var worksWantedCount: Int { relaying.count }

  // MARK: Forgetting

  /// Lets go of bindings that have been well for a while; their episodes stay as they are.
  public mutating func compact(at now: Time) {
    for key in Set(tracks.keys).union(past.keys) where tracks[key]?.isQuiet ?? true {
      let all = episodes(of: key, at: now)
      let newest = all.compactMap(\.latest).max() ?? now
      guard newest + .seconds(900) < now else { continue }
      for episode in all { addToHistory(episode) }
      if let track = tracks[key] {
        for core in track.cores { leaving[core.from]?.remove(key) }
        setSinceless(track, key, false)
      }
      (tracks[key], past[key], works[key], deadlines[key], given[key]) = (nil, nil, nil, nil, nil)
      relaying.remove(key)
    }
    memories.compact(at: now)
    for key in works.keys where tracks[key] == nil && past[key] == nil { works[key] = nil }
  }
}
