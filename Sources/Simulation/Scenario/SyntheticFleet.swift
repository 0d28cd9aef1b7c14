import ControlPlane
import Manifest

/// A fleet of any size, its objects shaped and sized like the recorded ones: for benchmarks and
/// for finding out what the screen does with 100,000 of them.
public struct SyntheticFleet: Hashable, Sendable {
  public var clusters: Int
  public var bindings: Int
  /// Whether each binding's Works are there too; they double the memory.
  public var includesWorks: Bool

  /// - Parameter includesWorks: by default up to 20,000 bindings.
  public init(clusters: Int, bindings: Int, includesWorks: Bool? = nil) {
    self.clusters = min(max(2, clusters), 10_000)
    self.bindings = min(max(0, bindings), 1_000_000)
    self.includesWorks = includesWorks ?? (bindings <= 20_000)
  }

  /// Stands in the prototypes for what differs between objects.
  private enum Token: Int, CaseIterable {
    case name, first, second, uid, templateUID, bindingID, version, workName, namespace
    var text: String {
      switch self {
      case .name: "zqname"
      case .first: "zqfirst"
      case .second: "zqsecond"
      case .uid: "zquid"
      case .templateUID: "zqtemplate"
      case .bindingID: "zqbinding"
      case .version: "zqversion"
      case .workName: "zqwork"
      case .namespace: "zqspace"
      }
    }
  }

  private struct Prototype {
    var kind: String
    var hasTargets: Bool
    var binding: TextTemplate
    var work: TextTemplate
  }

  /// The fleet at a moment.
  public func fleet(seed: UInt64 = 1, now: Time) -> Fleet {
    var random = SeededRandom(seed: seed)
    var fleet = FleetSeeder.fleet(of: frame, seed: seed, now: now)
    let namespaceCount = max(1, min(200, bindings / 50))
    guard let bindingType = fleet.karmada.registry.type(.resourceBindings),
      let workType = fleet.karmada.registry.type(.works),
      let namespaceType = fleet.karmada.registry.type(.namespaces)
    else { return fleet }
    let names = (0..<namespaceCount).map { "team-\(Self.padded($0, 3))" }
    for name in names {
      var value = FleetSeeder.namespace(name)
      value["metadata"]?["uid"] = .string(random.uuid())
      value["metadata"]?["creationTimestamp"] = .string(now.rfc3339)
      fleet.karmada.load(value, as: namespaceType)
    }
    let prototypes = Self.prototypes(now: now)
    for number in 0..<bindings {
      let place = number * namespaceCount / max(1, bindings)
      // Of a hundred one is stranded and two are unhealthy; a quarter are ConfigMaps.
      let dice = random.next() % 100
      let prototype = prototypes[dice == 0 ? 0 : dice < 3 ? 1 : dice < 28 ? 2 : 3]
      load(
        prototype, number: number, namespace: names[place], bindingType: bindingType,
        workType: workType, random: &random, into: &fleet.karmada)
    }
    return fleet
  }

  /// Clusters and nothing else.
  private var frame: Scenario {
    var scenario = Scenario()
    scenario.name = "synthetic"
    let regions = ["eu-central-1", "eu-west-1", "us-east-1", "ap-northeast-1"]
    scenario.clusters = (0..<clusters).map { number in
      var cluster = Scenario.ClusterSpec()
      cluster.name = clusterName(number)
      cluster.mode = number % 3 == 2 ? "Pull" : "Push"
      cluster.provider = ["aws", "gcp", "azure"][number % 3]
      cluster.region = regions[number % regions.count]
      cluster.zones = ["\(cluster.region)a"]
      if number % 50 == 49 { cluster.notReadyFor = .seconds(1_800) }
      return cluster
    }
    return scenario
  }

  private func clusterName(_ number: Int) -> String {
    "member\(Self.padded(number, clusters > 1_000 ? 5 : 3))"
  }

  private static func padded(_ number: Int, _ width: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, width - text.count)) + text
  }

  private func load(
    _ prototype: Prototype, number: Int, namespace: String, bindingType: ResourceType,
    workType: ResourceType, random: inout SeededRandom, into store: inout ObjectStore
  ) {
    let name = "app-\(Self.padded(number, 6))"
    let first = Int(random.next() % UInt64(clusters))
    let targets = [clusterName(first), clusterName((first + 1) % clusters)]
    let work = KarmadaName.work(kind: prototype.kind, namespace: namespace, name: name)
    let bindingID = random.uuid()
    var values = [
      name, targets[0], targets[1], random.uuid(), random.uuid(), bindingID, "", work,
      namespace,
    ].map { Array($0.utf8) }
    let labels = ["resourcebinding.karmada.io/permanent-id": bindingID]
    let binding = KarmadaName.binding(kind: prototype.kind, name: name)
    store.load(as: bindingType, key: "\(namespace)/\(binding)", labels: labels) { version in
      values[Token.version.rawValue] = Array(String(version).utf8)
      return prototype.binding.filled(values)
    }
    guard includesWorks, prototype.hasTargets else { return }
    for target in targets {
      values[Token.first.rawValue] = Array(target.utf8)
      values[Token.uid.rawValue] = Array(random.uuid().utf8)
      let space = KarmadaName.executionSpace(target)
      store.load(as: workType, key: "\(space)/\(work)", labels: labels) { version in
        values[Token.version.rawValue] = Array(String(version).utf8)
        return prototype.work.filled(values)
      }
    }
  }

  // MARK: Prototypes

  /// One of each sort, made by the seeder from a scenario of one template, then cut at what
  /// differs: stranded, unhealthy, a ConfigMap, healthy.
  private static func prototypes(now: Time) -> [Prototype] {
    (0..<4).map { sort in
      var template = Scenario.Template()
      template.kind = sort == 2 ? "ConfigMap" : "Deployment"
      template.namespace = Token.namespace.text
      template.name = Token.name.text
      template.policy = "everything"
      template.age = .seconds(86_400 * 11)
      if sort == 2 {
        template.data = ["config.yaml": "key: value\n"]
      } else {
        template.image = "registry.example.com/team/app:1.2.3"
        template.replicas = 3
      }
      if sort == 0 {
        template.unschedulable = "0/2 clusters are available: 2 cluster(s) did not match."
      } else {
        template.targets = [Token.first, .second].map {
          Scenario.Target(cluster: $0.text, replicas: template.replicas ?? 0)
        }
      }
      if sort == 1 { template.unhealthyOn = [Token.second.text] }
      return prototype(template, now: now)
    }
  }

  private static func prototype(_ template: Scenario.Template, now: Time) -> Prototype {
    var scenario = Scenario()
    scenario.namespaces = [template.namespace]
    scenario.clusters = [Token.first, .second].map {
      var cluster = Scenario.ClusterSpec()
      cluster.name = $0.text
      return cluster
    }
    scenario.policies = [policy(namespace: template.namespace)]
    scenario.templates = [template]
    let store = FleetSeeder.fleet(of: scenario, now: now).karmada
    func text(_ api: APIResource, _ namespace: String) -> [UInt8] {
      guard let type = store.registry.type(api),
        let object = store.all(type, namespace: namespace).first
      else { return [] }
      return marked(object.value, template: template)
    }
    let tokens = Token.allCases.map(\.text)
    return Prototype(
      kind: template.kind, hasTargets: !template.targets.isEmpty,
      binding: TextTemplate(text(.resourceBindings, template.namespace), tokens: tokens),
      work: TextTemplate(
        text(.works, KarmadaName.executionSpace(Token.first.text)), tokens: tokens))
  }

  /// The object with tokens where ids stood.
  private static func marked(_ value: JSONValue, template: Scenario.Template) -> [UInt8] {
    let id = "resourcebinding.karmada.io/permanent-id"
    let metadata = value["metadata"]
    let owner = metadata?["ownerReferences"]?.array?.first?["uid"]?.string
    let sent = value[path: "spec", "workload", "manifests"]?.array?.first
    let source = sent?["metadata"]?["annotations"]?["resourcetemplate.karmada.io/uid"]?.string
    let work = KarmadaName.work(
      kind: template.kind, namespace: template.namespace, name: template.name)
    var value = value
    value["metadata"]?["resourceVersion"] = .string(Token.version.text)
    var text = value.jsonText(sortedKeys: true)
    for (found, token) in [
      (metadata?["uid"]?.string, Token.uid), (owner ?? source, .templateUID),
      (metadata?["labels"]?[id]?.string, .bindingID), (work, .workName),
    ] {
      if let found, !found.isEmpty { text = text.replacing(found, with: token.text) }
    }
    return Array(text.utf8)
  }

  /// Clusters that may be chosen and were not. A placement of many names is what makes a binding
  /// of a large fleet as large as the measured 6.6 KB: it stands in it twice.
  private static let otherCandidates: [JSONValue] = (0..<58).map {
    .string("candidate-\(padded($0, 3))")
  }

  private static func policy(namespace: String) -> JSONValue {
    [
      "apiVersion": "policy.karmada.io/v1alpha1", "kind": "PropagationPolicy",
      "metadata": ["name": "everything", "namespace": .string(namespace)],
      "spec": [
        "resourceSelectors": [["apiVersion": "apps/v1", "kind": "Deployment"]],
        "propagateDeps": true,
        "failover": [
          "application": [
            "decisionConditions": ["tolerationSeconds": 120], "purgeMode": "Graciously",
            "gracePeriodSeconds": 600,
          ]
        ],
        "placement": [
          "clusterAffinity": [
            "clusterNames": .array(
              [.string(Token.first.text), .string(Token.second.text)] + otherCandidates)
          ],
          "clusterTolerations": .array(
            ["not-ready", "unreachable"].map {
              [
                "effect": "NoExecute", "key": .string("cluster.karmada.io/\($0)"),
                "operator": "Exists", "tolerationSeconds": 30,
              ]
            }),
          "replicaScheduling": ["replicaSchedulingType": "Duplicated"],
        ],
      ],
    ]
  }
}
