import ControlPlane
import Manifest

/// A fleet of any size, its objects shaped and sized like the recorded ones: for benchmarks and
/// for finding out what the screen does with 100,000 of them.
///
/// Its bindings are there from the beginning. What stands behind each (the template, the Works,
/// the members' objects) is made when somebody comes near it (`LatentObjects`).
public struct SyntheticFleet: Hashable, Sendable {
  public var clusters: Int
  public var bindings: Int
  /// Whether each binding's Works are there from the beginning too; they double the memory.
  public var includesWorks: Bool

  /// - Parameter includesWorks: by default up to 20,000 bindings.
  public init(clusters: Int, bindings: Int, includesWorks: Bool? = nil) {
    self.clusters = min(max(2, clusters), 10_000)
    self.bindings = min(max(0, bindings), 1_000_000)
    self.includesWorks = includesWorks ?? (bindings <= 20_000)
  }

  /// The fleet at a moment.
  public func fleet(seed: UInt64 = 1, now: Time) -> Fleet {
    var fleet = FleetSeeder.frame(of: frame, seed: seed, now: now)
    let prototypes = SyntheticPrototype.all(now: now)
    guard let bindingType = fleet.karmada.registry.type(.resourceBindings),
      let policyType = fleet.karmada.registry.type(.propagationPolicies),
      let namespaceType = fleet.karmada.registry.type(.namespaces), !prototypes.isEmpty
    else { return fleet }
    for place in 0..<namespaceCount {
      var value = FleetSeeder.namespace(namespace(place))
      var random = SeededRandom(seed: seed &+ UInt64(place))
      value["metadata"]?["uid"] = .string(random.uuid())
      value["metadata"]?["creationTimestamp"] = .string(now.rfc3339)
      fleet.karmada.load(value, as: namespaceType)
      let names = SyntheticNames(of: self, place: place, seed: seed)
      fleet.karmada.load(names.filled(prototypes[0].policy), as: policyType)
    }
    for number in 0..<bindings {
      let names = SyntheticNames(of: self, number: number, seed: seed)
      fleet.karmada.load(
        as: bindingType, key: "\(names.namespace)/\(names.binding)",
        labels: names.labels
      ) { names.text(prototypes[names.sort].binding, version: $0) }
    }
    fleet.latent = LatentObjects(fleet: self, prototypes: prototypes, seed: seed)
    if includesWorks {
      for number in 0..<bindings { fleet.awaken(number, parts: .works) }
    }
    return fleet
  }

  /// Clusters and nothing else.
  private var frame: Scenario {
    var scenario = Scenario()
    scenario.name = "synthetic"
    scenario.settings = KarmadaSettings()
    let regions = ["eu-central-1", "eu-west-1", "us-east-1", "ap-northeast-1"]
    scenario.clusters = (0..<clusters).map { number in
      var cluster = Scenario.ClusterSpec()
      cluster.name = clusterName(number)
      cluster.mode = number % 3 == 2 ? "Pull" : "Push"
      cluster.provider = ["aws", "gcp", "azure"][number % 3]
      cluster.region = regions[number % regions.count]
      cluster.zones = ["\(cluster.region)a"]
      if isGone(number) { cluster.notReadyFor = .seconds(1_800) }
      return cluster
    }
    return scenario
  }

  // MARK: Names

  private func clusterName(_ number: Int) -> String {
    "member\(Self.padded(number, clusters > 1_000 ? 5 : 3))"
  }

  /// Whatever ran on these has left them long ago.
  private func isGone(_ cluster: Int) -> Bool { cluster % 50 == 49 }

  var namespaceCount: Int { max(1, min(200, bindings / 50)) }

  func namespace(_ place: Int) -> String { "team-\(Self.padded(place, 3))" }

  /// Which namespace a binding lies in.
  func place(of number: Int) -> Int { number * namespaceCount / max(1, bindings) }

  static func name(_ number: Int) -> String { "app-\(padded(number, 6))" }

  /// The two clusters that a namespace's policy names.
  func targets(_ place: Int) -> [String] {
    let alive = clusters - clusters / 50
    return [place % alive, (place + 1) % alive].map { clusterName($0 + $0 / 49) }
  }

  private static func padded(_ number: Int, _ width: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, width - text.count)) + text
  }
}
