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

  /// What somebody read of the object in a member.
  struct MemberLook: Hashable, Sendable {
    var at: Time
    var labels: [String: String]
  }

  private(set) var lives: [String: [Life]] = [:]
  private(set) var looks: [String: [MemberLook]] = [:]
  private static let changeLimit = 64
  private static let lifeLimit = 8

  func lives(on cluster: String) -> [Life] { lives[cluster] ?? [] }

  /// Takes in what the object in a member was labelled with when somebody read it.
  mutating func note(_ look: MemberLook, on cluster: String) {
    var all = looks[cluster] ?? []
    guard !all.contains(look) else { return }
    all.append(look)
    all.sort { $0.at < $1.at }
    looks[cluster] = all.suffix(Self.lifeLimit)
  }

  /// False when it brings nothing new.
  mutating func take(_ work: Work, on cluster: String, _ sighting: Sighting) -> Bool {
    var all = lives[cluster] ?? []
    let version = Int64(work.metadata.resourceVersion)
    guard let at = Self.life(of: work, in: &all) else { return false }
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

  /// Where a Work's life is, begun if need be: in the order in which they were made, whichever is
  /// heard of first. Nil for one from so long ago that it is not kept.
  private static func life(of work: Work, in all: inout [Life]) -> Int? {
    let uid = work.metadata.uid
    if let at = all.lastIndex(where: { $0.uid == uid }) { return at }
    let life = Life(
      uid: uid, key: work.metadata.key, created: work.metadata.creationTimestamp)
    func isOlder(_ a: Life, _ b: Life) -> Bool {
      let first = Time(nanoseconds: .min)
      return (a.created ?? first, a.uid) < (b.created ?? first, b.uid)
    }
    let at = all.firstIndex { isOlder(life, $0) } ?? all.count
    all.insert(life, at: at)
    guard all.count > lifeLimit else { return at }
    all.removeFirst()
    return at == 0 ? nil : at - 1
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
