import ControlPlane
import Dashboard
import Karmada

extension Session {
  /// Journal entries are written in the order they were asked for.
  func keep(_ effect: Effect) {
    guard let record else { return }
    let before = lastEntry
    lastEntry = Task { [weak self] in
      await before?.value
      switch await record.perform(effect) {
      case .success(let news): for one in news { self?.send(.failovers(one)) }
      case .failure(let error): self?.complain(error, effect)
      }
    }
  }

  private func complain(_ error: any Error, _ effect: Effect) {
    log.error("the failover history cannot be written", metadata: ["error": "\(error)"])
    switch effect {
    case .keepEpisodes(let episodes): send(.failovers(.notKept(episodes.map(\.id))))
    case .keepAcknowledgement(_, let episode): send(.failovers(.notAcknowledged(episode.id)))
    default: break
    }
    send(.notice(StatusMessage(.error, "failovers are not kept: \(error)")))
  }

  func follow(worksOf bindings: [BindingIdentity]) {
    guard !hasStopped else { return }
    let follower =
      works
      ?? WorksFollower(
        plane, clock: clock, now: now, tell: { [weak self] in self?.send(.failovers($0)) },
        complain: { [weak self] complaint in
          self?.log.warning("\(complaint)")
          self?.send(.notice(StatusMessage(.error, complaint)))
        })
    works = follower
    var configuration = watch
    configuration.polling = state.options.poll
    follower.follow(bindings, configuration)
  }

  /// What cannot be noted is not done.
  func run(_ plan: FailoverActPlan) {
    guard let reason = state.arming?.reason else {
      return send(.failoverAct(.done(.failure(FailoverActFailure("read-only; nothing was done")))))
    }
    let acts = FailoverActs(plane: plane, clock: clock, now: now, log: log)
    let record = record
    request { _, _ in
      guard let journal = await record?.opened else {
        let why = "nothing was done: there is no journal to note it in"
        return .failoverAct(.done(.failure(FailoverActFailure(why))))
      }
      return .failoverAct(.done(await acts.run(plan, journal: journal, reason: reason)))
    }
  }
}
