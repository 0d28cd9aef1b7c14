import ControlPlane
import Dashboard
import Manifest

extension Session {
  func perform(_ effect: Effect) {
    switch effect {
    case .quit: onTerminalEffect(.quit)
    case .suspend: onTerminalEffect(.suspend)
    case .repaint: onTerminalEffect(.repaint)
    case .copy(let text): onTerminalEffect(.copy(text))
    case .setTheme(let name): onTerminalEffect(.setTheme(name))
    case .setMouse(let isOn): onTerminalEffect(.setMouse(isOn))
    case .refresh(let feeds): refresh(feeds)
    case .setPolling(let interval): for watcher in watchers.values { watcher.setPolling(interval) }
    case .fetchRow(let token, let key):
      request { plane, _ in
        .objectRead(token: token, await Self.read(key.feed.resource, key.object, from: plane))
      }
    case .fetchObject(let token, let reference):
      request { plane, discovery in
        .objectRead(token: token, await Self.read(reference, from: plane, discovery))
      }
    case .fetchWorks(let token, let feed, let id):
      request { plane, _ in
        .worksRead(token: token, await Self.works(of: feed, permanentID: id, from: plane))
      }
    case .readOverrides(let token, let question):
      requestOverrides(token, question)
    case .readMember(let token, let cluster, let reference):
      request { plane, discovery in
        .memberRead(
          token: token, cluster: cluster,
          await Self.readMember(cluster, reference, from: plane, discovery))
      }
    case .compareOverrides(let token, let reading, let cluster, let member):
      request { _, _ in
        .overridesCompared(
          token: token, OverrideFindings(reading, cluster: cluster, member: member))
      }
    case .keepEpisodes, .keepAcknowledgement, .noteWatching, .resumeWatching: keep(effect)
    case .followWorks(let bindings): follow(worksOf: bindings)
    case .lookForState(let binding, let cluster, let object):
      request { [now] plane, discovery in
        let result = await Self.readMember(cluster, object, from: plane, discovery)
        return .failovers(.memberRead(binding, cluster: cluster, result, at: now()))
      }
    case .rollback(let order): perform(order)
    case .override(let order): perform(order)
    case .planAct(let token, let act):
      let acts = FailoverActs(plane: plane, clock: clock, now: now, log: log)
      request { _, _ in .failoverAct(.planned(token: token, await acts.plan(act))) }
    case .runAct(let plan): run(plan)
    case .seek(let position):
      runReplay { await $0.seek(position) }
    case .setSpeed(let speed):
      runReplay { await $0.setSpeed(speed) }
      runDemo { await $0.setSpeed(speed) }
    case .fault(let line):
      runDemo { [weak self] demo in
        let answer = await demo.fault(line)
        await self?.send(.notice(answer))
      }
    }
  }

  private func runDemo(_ change: @escaping @Sendable (DemoControl) async -> Void) {
    guard let demo else { return }
    follow {
      await change(demo)
      await self.refreshClock()
      return nil
    }
  }

  func request(
    _ work: @escaping @Sendable (any ControlPlane, Discovery) async -> AppEvent
  ) {
    follow { [plane, discovery] in await work(plane, discovery) }
  }

  /// The same for something that may come to nothing. A session is settled when none of it goes on.
  func follow(_ work: @escaping @Sendable () async -> AppEvent?) {
    lastRequest += 1
    let id = lastRequest
    requests[id] = Task {
      let event = await work()
      self.requests[id] = nil
      if let event { self.send(event) } else { self.releaseIfSettled() }
    }
  }

  /// Whoever holds the arrow key down passes many rows; only the one where they stop is read.
  private func requestOverrides(_ token: Int, _ question: OverrideQuestion) {
    overridesRequest?.cancel()
    lastRequest += 1
    let (id, plane, discovery) = (lastRequest, plane, discovery)
    let request = Task { [gathering, clock] in
      await Self.pause(gathering, on: clock)
      if !Task.isCancelled {
        let reading = await Self.readOverrides(question, from: plane, discovery)
        self.requests[id] = nil
        if !Task.isCancelled { self.send(.overridesRead(token: token, reading)) }
      }
      self.requests[id] = nil
      self.releaseIfSettled()
    }
    overridesRequest = request
    requests[id] = request
  }

  private func runReplay(_ change: @escaping @Sendable (ReplayControl) async -> Void) {
    guard let replay else { return }
    follow {
      await change(replay)
      await self.send(.failovers(.recorded(await replay.failovers())))
      await self.send(.rollback(.recorded(await replay.rollbacks())))
      // Rows as of the new moment; a watch only ever tells of what comes later.
      await self.refresh(FeedID.allCases)
      await self.refreshClock()
      return nil
    }
  }
}
