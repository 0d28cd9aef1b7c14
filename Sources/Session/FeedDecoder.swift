import ControlPlane
import Dashboard
import Karmada
import Manifest
import Synchronization

/// Turns what a watch brought into rows. One for each feed: texts that come again and again are
/// kept once.
final class FeedDecoder: Sendable {
  private let feed: FeedID
  private let interner = Mutex(Interner())

  init(_ feed: FeedID) { self.feed = feed }

  /// What an update means for the dashboard, in order. An object that cannot be read is left out
  /// and named in `complaints`: one bad object must not hide the others.
  func decode(_ update: WatchUpdate) -> (news: [FeedUpdate], complaints: [String]) {
    interner.withLock { interner in
      switch update {
      case .reset: return ([.listBegins], [])
      case .commit: return ([.listEnds], [])
      case .page(let page):
        do {
          let (objects, skipped) = try objects(inList: page.bytes, &interner)
          let complaint =
            "left out of \(feed.resource.qualifiedName): \(skipped) entries that are no objects"
          return ([.objects(objects)], skipped == 0 ? [] : [complaint])
        } catch {
          return ([], ["a page of \(feed.resource.qualifiedName) cannot be read: \(error)"])
        }
      case .frames(let frames): return decode(frames, &interner)
      case .phase(let phase): return (Self.phase(phase).map { [.phase($0)] } ?? [], [])
      }
    }
  }

  /// Runs of changes and removals, in the order they happened.
  private func decode(
    _ frames: [WatchFrame], _ interner: inout Interner
  ) -> (news: [FeedUpdate], complaints: [String]) {
    var news: [FeedUpdate] = []
    var complaints: [String] = []
    // What has not become news yet: one of the two is nil.
    var (changed, gone): (FeedObjects?, [ObjectKey]?)
    func close() {
      if let all = changed { news.append(.objects(all)) }
      if let all = gone { news.append(.removed(all)) }
      (changed, gone) = (nil, nil)
    }
    for frame in frames {
      guard frame.type != .bookmark, frame.type != .error else {
        close()
        news.append(.heard)
        continue
      }
      do {
        let object = try object(frame.objectBytes, &interner)
        if frame.type == .deleted {
          if changed != nil { close() }
          gone = (gone ?? []) + object.keys
        } else {
          if gone != nil { close() }
          if changed == nil { changed = object } else { changed?.append(object) }
        }
      } catch {
        complaints.append("a change to \(feed.resource.qualifiedName) cannot be read: \(error)")
      }
    }
    close()
    return (news, complaints)
  }

  private func objects(
    inList bytes: [UInt8], _ interner: inout Interner
  ) throws(JSONScanner.Failure) -> (objects: FeedObjects, skipped: Int) {
    switch feed {
    case .clusters:
      let list = try ObjectList<Cluster>(json: bytes, interning: &interner)
      return (.clusters(list.items), list.skipped)
    case .resourceBindings, .clusterResourceBindings:
      let list = try ObjectList<ResourceBinding>(json: bytes, interning: &interner)
      return (.bindings(list.items), list.skipped)
    case .propagationPolicies, .clusterPropagationPolicies:
      let list = try ObjectList<PropagationPolicy>(json: bytes, interning: &interner)
      return (.propagationPolicies(list.items), list.skipped)
    case .overridePolicies, .clusterOverridePolicies:
      let list = try ObjectList<OverridePolicy>(json: bytes, interning: &interner)
      return (.overridePolicies(list.items), list.skipped)
    case .events:
      let list = try ObjectList<Event>(json: bytes, interning: &interner)
      return (.events(list.items), list.skipped)
    }
  }

  private func object(
    _ bytes: ArraySlice<UInt8>, _ interner: inout Interner
  ) throws(JSONScanner.Failure) -> FeedObjects {
    switch feed {
    case .clusters: .clusters([try Cluster(json: bytes, interning: &interner)])
    case .resourceBindings, .clusterResourceBindings:
      .bindings([try ResourceBinding(json: bytes, interning: &interner)])
    case .propagationPolicies, .clusterPropagationPolicies:
      .propagationPolicies([try PropagationPolicy(json: bytes, interning: &interner)])
    case .overridePolicies, .clusterOverridePolicies:
      .overridePolicies([try OverridePolicy(json: bytes, interning: &interner)])
    case .events: .events([try Event(json: bytes, interning: &interner)])
    }
  }

  /// The watcher's clock counts from 1970 (see `Session.follow`), so a moment of it is a `Time`.
  private static func phase(_ phase: WatchMachine.Phase) -> FeedPhase? {
    switch phase {
    case .idle: nil
    case .loading(let received): .loading(received: received)
    case .live: .live
    case .polling(let interval, _): .polling(every: interval)
    case .stale(let since, let error):
      .stale(since: since.map { Time(nanoseconds: 0) + $0 }, error)
    case .denied(let error): .denied(error)
    }
  }
}

extension FeedObjects {
  var keys: [ObjectKey] {
    switch self {
    case .clusters(let o): o.map(\.metadata.key)
    case .bindings(let o): o.map(\.metadata.key)
    case .propagationPolicies(let o): o.map(\.metadata.key)
    case .overridePolicies(let o): o.map(\.metadata.key)
    case .events(let o): o.map(\.metadata.key)
    }
  }

  /// Takes more of the same kind behind what is there; others are left out.
  mutating func append(_ more: FeedObjects) {
    // What an enumeration holds can grow in place only once nothing else holds it.
    let before = self
    self = .events([])
    switch (consume before, more) {
    case (.clusters(var all), .clusters(let more)):
      all += more
      self = .clusters(all)
    case (.bindings(var all), .bindings(let more)):
      all += more
      self = .bindings(all)
    case (.propagationPolicies(var all), .propagationPolicies(let more)):
      all += more
      self = .propagationPolicies(all)
    case (.overridePolicies(var all), .overridePolicies(let more)):
      all += more
      self = .overridePolicies(all)
    case (.events(var all), .events(let more)):
      all += more
      self = .events(all)
    case (let before, _): self = before
    }
  }
}
