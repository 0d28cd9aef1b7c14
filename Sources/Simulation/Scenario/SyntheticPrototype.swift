import ControlPlane
import Manifest

/// One sort of a synthetic fleet's bindings with everything behind it: made by Karmada's own
/// controllers in a fleet of two clusters, then cut at what differs between objects.
struct SyntheticPrototype: Sendable {
  typealias Token = SyntheticNames.Token

  var policy: TextTemplate
  var template: TextTemplate
  var binding: TextTemplate
  /// For each target.
  var works: [TextTemplate]
  var copies: [TextTemplate]
  /// Whether its copy in the second cluster does not get healthy.
  var isBroken: Bool

  /// The sorts' kinds: stranded, unhealthy, a ConfigMap, healthy.
  static let kinds = ["Deployment", "Deployment", "ConfigMap", "Deployment"]

  /// One of each sort; none when one could not be made.
  static func all(now: Time) -> [SyntheticPrototype] {
    let made = kinds.indices.compactMap { sort in
      do throws(Scenario.Failure) {
        return prototype(
          of: try scenario(sort).fleet(now: now), kind: kinds[sort], isBroken: sort == 1)
      } catch {
        // Tests see to it that the policy below is accepted.
        return nil
      }
    }
    return made.count == kinds.count ? made : []
  }

  private static func scenario(_ sort: Int) -> Scenario {
    var scenario = Scenario()
    scenario.namespaces = [Token.namespace.text]
    scenario.clusters = [Token.first, .second].map {
      var cluster = Scenario.ClusterSpec()
      cluster.name = $0.text
      return cluster
    }
    var template = Scenario.Template()
    template.kind = kinds[sort]
    template.namespace = Token.namespace.text
    template.name = Token.name.text
    template.age = .seconds(86_400 * 11)
    if sort == 2 {
      template.data = ["config.yaml": "key: value\n"]
    } else {
      template.image = "registry.example.com/team/app:1.2.3"
      template.replicas = 3
    }
    if sort == 1 { template.brokenOn = [Token.second.text] }
    if sort == 0 {
      scenario.script = [Token.first, .second].map {
        Scenario.Cue(after: .seconds(-3_000), .fault(.fault(.member($0.text, .killed))))
      }
    }
    scenario.policies = [policy]
    scenario.templates = [template]
    return scenario
  }

  private static func prototype(
    of fleet: Fleet, kind: String, isBroken: Bool
  ) -> SyntheticPrototype? {
    let (space, name) = (Token.namespace.text, Token.name.text)
    let workName = KarmadaName.work(kind: kind, namespace: space, name: name)
    func find(_ kind: String, _ name: String, namespace: String, on server: ServerID = .karmada)
      -> StoredObject?
    {
      guard let store = fleet[server],
        let type = store.registry.types.first(where: { $0.api.kind == kind })
      else { return nil }
      return store.objects(type)[StoredObject.key(namespace: namespace, name: name)]
    }
    guard let policy = find("PropagationPolicy", "everything", namespace: space),
      let template = find(kind, name, namespace: space),
      let binding = find(
        "ResourceBinding", KarmadaName.binding(kind: kind, name: name), namespace: space)
    else { return nil }
    let isPlaced = !(binding.value[path: "spec", "clusters"]?.array ?? []).isEmpty
    let targets = isPlaced ? [Token.first.text, Token.second.text] : []
    let works = targets.compactMap {
      find("Work", workName, namespace: KarmadaName.executionSpace($0))
    }
    let copies = targets.compactMap { find(kind, name, namespace: space, on: .member($0)) }
    let id = "resourcebinding.karmada.io/permanent-id"
    var marks: [(String, Token)] = [
      (policy.labels["propagationpolicy.karmada.io/permanent-id"] ?? "", .policyID),
      (policy.value.uid, .policyUID), (template.value.uid, .templateUID),
      (binding.value.uid, .uid), (binding.labels[id] ?? "", .bindingID), (workName, .workName),
    ]
    for work in works {
      marks += [
        (work.value.uid, .uid), (work.labels["work.karmada.io/permanent-id"] ?? "", .workID),
      ]
    }
    marks += copies.map { ($0.value.uid, .uid) }
    func cut(_ object: StoredObject) -> TextTemplate { Self.cut(object, marks: marks) }
    return SyntheticPrototype(
      policy: cut(policy), template: cut(template), binding: cut(binding), works: works.map(cut),
      copies: copies.map(cut), isBroken: isBroken)
  }

  /// The object's text, with gaps where names and ids stood.
  private static func cut(_ object: StoredObject, marks: [(String, Token)]) -> TextTemplate {
    var text = String(decoding: object.bytes, as: UTF8.self).replacing(
      "\"resourceVersion\":\"\(object.resourceVersion)\"",
      with: "\"resourceVersion\":\"\(Token.version.text)\"")
    for (found, token) in marks where !found.isEmpty {
      text = text.replacing(found, with: token.text)
    }
    return TextTemplate(Array(text.utf8), tokens: Token.texts)
  }

  // MARK: The policy

  /// Clusters that may be chosen and were not. A placement of many names is what makes a binding
  /// of a large fleet as large as the measured 6.6 KB: it stands in it twice.
  private static let otherCandidates: [JSONValue] = (0..<58).map {
    .string("candidate-0\($0 < 10 ? "0" : "")\($0)")
  }

  private static let policy: JSONValue = [
    "apiVersion": "policy.karmada.io/v1alpha1", "kind": "PropagationPolicy",
    "metadata": ["name": "everything", "namespace": .string(Token.namespace.text)],
    "spec": [
      "resourceSelectors": [
        ["apiVersion": "apps/v1", "kind": "Deployment"], ["apiVersion": "v1", "kind": "ConfigMap"],
      ],
      "propagateDeps": true,
      "failover": [
        "application": [
          // What is unhealthy there is so for a long time, and nobody minds.
          "decisionConditions": ["tolerationSeconds": 2_592_000], "purgeMode": "Graciously",
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
