import Manifest

/// What an episode was concluded from, in the order of time.
struct EpisodeEvidence {
  private(set) var list: [Evidence] = []
  private static let limit = 48

  init(
    _ core: EpisodeCore, _ binding: BindingIdentity, _ works: WorkTrack?, _ relay: Relay,
    _ trouble: ClusterTrack.Span?, _ episode: Episode
  ) {
    list = core.carried
    let subject = "\(binding.kind) \(binding.key)"
    if let trouble {
      add("Cluster \(core.from)", Self.words(trouble), trouble.start)
    } else {
      add(subject, "\(core.from) reports the workload unhealthy", core.unhealthy)
    }
    for finding in core.findings { add(subject, "rule \(finding.sentence)", core.unhealthy) }
    if let task = core.task {
      let by = task.producer.isEmpty ? "" : " by \(task.producer)"
      add(subject, "a task to leave \(core.from) appears: \(task.reason)\(by)", core.evicted)
    } else if !core.wasOverdue, core.evicted != nil {
      add(subject, "\(core.from) is left without a task", core.evicted)
    }
    if core.wasNowhere, let nowhere = core.nowhere {
      add(subject, "on no cluster: \(nowhere.words)", nowhere.since)
    }
    add(subject, "scheduled to \(core.to.joined(separator: ", "))", core.scheduled)
    addWorks(core, works, since: core.evicted?.time ?? core.known)
    for sighting in relay.sightings {
      let subject = sighting.isOnMember ? "object on \(sighting.cluster)" : sighting.subject
      add(subject, "carries the preserved labels", sighting.at)
    }
    add(subject, "every target reports it applied", core.applied)
    add(subject, "every target reports it healthy", core.healthy)
    add(subject, "the suppressed eviction is released", core.released)
    add(subject, "the task is gone", core.taskGone)
    if core.end == .deleted { add(subject, "deleted", core.ended) }
    if core.end == .healedByItself { add(subject, "\(core.from) reports it healthy", core.ended) }
    list.sort { ($0.at.time, $0.subject, $0.what) < ($1.at.time, $1.subject, $1.what) }
    if list.count > Self.limit { list.removeSubrange(Self.limit...) }
  }

  private mutating func addWorks(_ core: EpisodeCore, _ works: WorkTrack?, since begun: Time) {
    for cluster in core.to {
      for life in works?.lives(on: cluster) ?? [] {
        let changes = life.changes.filter { $0.at.time >= begun }
        guard let first = changes.first else { continue }
        let name = "Work \(life.key)"
        if first == life.changes.first {
          add(name, "written", first.at.moment(noted: life.created))
        }
        if let applied = changes.first(where: \.isApplied) {
          add(name, "applied", applied.at.moment(noted: applied.appliedNoted))
        }
      }
    }
  }

  private static func words(_ span: ClusterTrack.Span) -> String {
    let word = span.isTaint ? "tainted" : "not ready"
    return span.what.isEmpty ? word : "\(word): \(span.what)"
  }

  private mutating func add(_ subject: String, _ what: String, _ at: Moment?) {
    guard let at, !list.contains(where: { $0.subject == subject && $0.what == what })
    else { return }
    list.append(Evidence(subject, what, at: at))
  }
}
