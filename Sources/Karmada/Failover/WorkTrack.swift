import Manifest

/// What the Works of one binding have shown: when each was applied, and which labels its manifest
/// carried while somebody looked.
struct WorkTrack: Sendable {
  /// One Work from its creation to its deletion.
  struct Life: Hashable, Sendable {
    struct Change: Hashable, Sendable {
      var at: Sighting
      var isApplied: Bool
      /// When Applied last changed, as the server noted it.
      var appliedNoted: Time?
      var generation: Int
      var labels: [String: String]
    }
    var uid: String
    var key: ObjectKey
    var created: Time?
    var changes: [Change] = []
    var version: Int64?
    var gone: Moment?
  }

  private(set) var lives: [String: [Life]] = [:]
  private static let changeLimit = 64
  private static let lifeLimit = 8

  func lives(on cluster: String) -> [Life] { lives[cluster] ?? [] }

  /// False when it brings nothing new.
  mutating func take(_ work: Work, on cluster: String, _ sighting: Sighting) -> Bool {
    var all = lives[cluster] ?? []
    let version = Int64(work.metadata.resourceVersion)
    if all.last?.uid != work.metadata.uid {
      if all.contains(where: { $0.uid == work.metadata.uid }) { return false }
      all.append(
        Life(
          uid: work.metadata.uid, key: work.metadata.key,
          created: work.metadata.creationTimestamp))
      if all.count > Self.lifeLimit { all.removeFirst() }
    }
    let at = all.count - 1
    if let version, let before = all[at].version, version <= before { return false }
    all[at].version = version ?? all[at].version
    let condition = work.conditions["Applied"]
    let change = Life.Change(
      at: sighting, isApplied: condition?.status == .true,
      appliedNoted: condition?.lastTransitionTime, generation: work.metadata.generation,
      labels: work.manifest.labels.filter { !Self.isOwn($0.key) })
    let last = all[at].changes.last
    let isNews =
      last?.isApplied != change.isApplied || last?.labels != change.labels
      || last?.generation != change.generation
    if isNews {
      all[at].changes.append(change)
      if all[at].changes.count > Self.changeLimit { all[at].changes.removeFirst() }
    }
    lives[cluster] = all
    return isNews
  }

  mutating func remove(uid: String, from cluster: String, _ sighting: Sighting) -> Bool {
    guard var all = lives[cluster], let at = all.lastIndex(where: { $0.uid == uid }),
      all[at].gone == nil
    else { return false }
    all[at].gone = sighting.moment()
    lives[cluster] = all
    return true
  }

  /// Labels that Karmada puts on every manifest.
  private static func isOwn(_ label: String) -> Bool {
    label == "karmada.io/managed" || label.hasSuffix("karmada.io/permanent-id")
  }
}
