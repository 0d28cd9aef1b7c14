import ControlPlane
import Dashboard
import Manifest

extension Session {
  func connect() async {
    guard !Task.isCancelled else { return }
    // One request first: over TLS the watches then share its connection instead of opening one
    // each. It must not hold anything up when the server is slow, so neither is waited for alone.
    let (first, either) = AsyncStream<Never>.makeStream()
    let version = requestMissingVersion()
    let answer = Task {
      await version?.value
      either.finish()
    }
    let patience = Task { [clock] in
      await Self.pause(.seconds(1), on: clock)
      either.finish()
    }
    for await _ in first {}
    patience.cancel()
    answer.cancel()
    guard !Task.isCancelled else { return }
    await resumeHistory()
    if let replay { send(.rollback(.recorded(await replay.rollbacks()))) }
    guard !Task.isCancelled else { return }
    for feed in FeedID.allCases { follow(feed) }
  }

  /// What earlier dashboards saw comes before what is seen now, which goes on from it.
  private func resumeHistory() async {
    if let replay {
      send(.failovers(.recorded(await replay.failovers())))
      return
    }
    guard let record else { return send(.failovers(.resumed(nil))) }
    switch await record.open() {
    case .success(let all): send(.failovers(.resumed(all)))
    case .failure(let error):
      log.error("the failover history cannot be read", metadata: ["error": "\(error)"])
      send(.notice(StatusMessage(.error, "failovers are not kept: \(error)")))
      send(.failovers(.resumed(nil)))
    }
  }

  private func follow(_ feed: FeedID) {
    var configuration = watch
    configuration.polling = state.options.poll
    let scope = ListScope(feed.resource, namespace: state.options.namespace)
    let watcher = Watcher(
      scope, on: plane, configuration: configuration, clock: clock,
      epoch: now() - Time(nanoseconds: 0), seed: UInt64.random(in: .min ... .max))
    watchers[feed] = watcher
    let decoder = FeedDecoder(feed)
    tasks.append(
      Task.detached(priority: .userInitiated) { [weak self, gathering, clock] in
        await watcher.run { [weak self] update in
          let (news, complaints) = decoder.decode(update)
          await self?.take(news, complaints, from: feed)
          // What comes meanwhile is taken together, at a fraction of what it costs one by one.
          if case .frames = update { await Self.pause(gathering, on: clock) }
        }
      })
  }

  private func take(_ news: [FeedUpdate], _ complaints: [String], from feed: FeedID) {
    for complaint in complaints {
      log.warning("\(complaint)")
      send(.notice(StatusMessage(.error, complaint)))
    }
    // Failovers are told by the moment, not by the second that ticks.
    send(.tick(now()))
    for update in news {
      switch update {
      case .listEnds, .phase(.denied): refreshing.remove(feed)
      // A recording never fails: what goes stale there is a watch that a seek has ended.
      case .phase(.stale) where replay == nil: refreshing.remove(feed)
      case .listBegins, .objects, .removed, .heard, .phase: break
      }
      send(.feed(feed, update))
      if case .phase(.live) = update { requestMissingVersion() }
    }
  }

  /// At the start, and again when a server that could not be asked then answers now.
  @discardableResult
  private func requestMissingVersion() -> Task<Void, Never>? {
    guard state.connection.serverVersion == nil, versionRequest == nil, replay == nil,
      !hasStopped
    else { return nil }
    let request = Task {
      do {
        let version = try await plane.version().shown
        send(.serverVersion(version))
      } catch {
        log.info("the server's version is not known", metadata: ["error": "\(error)"])
      }
      versionRequest = nil
    }
    versionRequest = request
    return request
  }

  func refresh(_ feeds: [FeedID]) {
    for feed in feeds {
      switch state.feeds[feed]?.phase {
      case .live, .polling: refreshing.insert(feed)
      // A feed that fails already may go on failing without another word.
      case .loading, .stale, .denied, nil: break
      }
      watchers[feed]?.refresh()
    }
  }
}
