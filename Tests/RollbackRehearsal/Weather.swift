import ControlPlane
import Foundation
import Karmada
import Manifest
import Session
import Simulation
import Synchronization
import TestSupport

/// What goes wrong in a storm, and when.
final class Weather: Sendable {
  struct State: Sendable {
    var random: SeededGenerator
    /// Blows that are still to come.
    var left: Int
    /// Requests that are still to pass before the first of them.
    var calm: Int
    var requests = 0
    var story: [String] = []
    /// Nothing answers before.
    var silentUntil: Time?
    var memberBackAt: (name: String, at: Time)?
    var webhooksBackAt: Time?
    /// The process is dead: nothing it sends arrives.
    var copyOfTheDead: String?
    var isDead = false
    var takenAway: Set<String> = []
    /// Somebody is turning the flag off: deleting a template by hand is not safe any more.
    var isFlagOnItsWay = false
    var added = 0
    var path = ""
    var control: RunControl?
  }

  let state: Mutex<State>
  let stage: RollbackStage
  let fleet: RollbackFleet

  init(_ seed: UInt64, _ fleet: RollbackFleet, _ stage: RollbackStage) {
    var random = SeededGenerator(seed: seed &* 7919 &+ 13)
    let left = Int.random(in: 1...6, using: &random)
    let calm = Int.random(in: 0..<1000, using: &random)
    state = Mutex(State(random: random, left: left, calm: calm))
    self.fleet = fleet
    self.stage = stage
  }

  var story: [String] { state.withLock { $0.story } }
  var requests: Int { state.withLock { $0.requests } }
  func hasTakenAway(_ name: String) -> Bool { state.withLock { $0.takenAway.contains(name) } }

  // MARK: Attempts

  func begin(_ control: RunControl, _ path: String) {
    state.withLock {
      $0.control = control
      $0.path = path
      $0.isDead = false
    }
  }

  func end() { state.withLock { $0.left = 0 } }

  /// The journal as the dead process left it; nil when none has died.
  func takeCopyOfTheDead() -> String? {
    state.withLock { state in
      defer { state.copyOfTheDead = nil }
      return state.copyOfTheDead
    }
  }

  /// Whatever lasts is over, as somebody sees to it before a run is taken up again.
  func clear(_ path: String) async throws {
    state.withLock {
      ($0.silentUntil, $0.memberBackAt, $0.webhooksBackAt) = (nil, nil, nil)
    }
    stage.plane.clearFaults()
    try FullDisk.end(path)
    for namespace in ["shop", "karmada-system"] {
      for lease in try await list(.leases, namespace) where lease.holder == "bob@desk" {
        try await stage.plane.delete(.leases, namespace: namespace, name: lease.live.name)
      }
    }
    for i in 0..<RollbackFleet.templateCount {
      guard let resource = try await resource(of: "web-\(i)") else { continue }
      try await patch(
        resource, "web-\(i)",
        ["metadata": ["labels": ["resourcetemplate.karmada.io/deletion-protected": .null]]])
    }
    // Members that were away are ready again.
    for _ in 0..<8 { stage.advance(by: .seconds(10)) }
  }

  private func list(
    _ resource: APIResource, _ namespace: String
  ) async throws -> [(live: LiveObject, holder: String?)] {
    let page = try await stage.plane.listPage(ListScope(resource, namespace: namespace))
    return try (JSONValue(parsing: page.bytes)["items"]?.array ?? []).map {
      (LiveObject($0), $0[path: "spec", "holderIdentity"]?.string)
    }
  }

  // MARK: Requests

  /// What happens before a request is sent, and to it.
  func meet(_ request: APIRequest) async throws -> StagePlane.Meddling {
    let now = stage.time.now
    let ends = state.withLock { state -> [Fault.Kind] in
      state.requests += 1
      var ends: [Fault.Kind] = []
      if let back = state.memberBackAt, now >= back.at {
        ends.append(.member(back.name))
        state.memberBackAt = nil
      }
      if let back = state.webhooksBackAt, now >= back {
        ends.append(.webhooks)
        state.webhooksBackAt = nil
      }
      return ends
    }
    for end in ends {
      switch end {
      case .member(let name): stage.plane.restore(member: name)
      case .webhooks: stage.plane.clearFaults()
      }
    }
    if state.withLock({ $0.isDead }) { return .failBefore(.down) }
    if let until = state.withLock({ $0.silentUntil }) {
      if now < until { return .failBefore(.down) }
      state.withLock { $0.silentUntil = nil }
    }
    guard let blow = draw(for: request) else { return .none }
    state.withLock { $0.story.append("\(request.method.rawValue) \(request.path): \(blow)") }
    return try await strike(blow)
  }

  private func draw(for request: APIRequest) -> Blow? {
    state.withLock { state in
      state.calm -= 1
      guard state.left > 0, state.calm < 0 else { return nil }
      // There are a hundred reads to a write, and most of what can go wrong goes wrong with those.
      let isWrite = request.method != .get && !request.path.contains("reviews")
      let odds = isWrite ? 8 : 250
      guard Int.random(in: 0..<odds, using: &state.random) == 0 else { return nil }
      state.left -= 1
      return Blow.allCases.filter { isWrite || !$0.isOfWrites }
        .randomElement(using: &state.random)
    }
  }
}

extension Weather {
  /// What lasts.
  enum Fault { enum Kind { case member(String), webhooks } }
}
