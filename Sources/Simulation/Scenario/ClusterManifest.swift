import Manifest

/// A scenario's cluster as Karmada's Cluster object.
struct ClusterManifest {
  let cluster: Scenario.ClusterSpec
  let now: Time
  let id: String

  var value: JSONValue {
    var spec: JSONObject = [
      "id": .string(id), "syncMode": .string(cluster.mode),
      "apiEndpoint": .string("https://\(cluster.name).example.com:6443"),
      "secretRef": ["namespace": "karmada-cluster", "name": .string(cluster.name)],
      "impersonatorSecretRef": [
        "namespace": "karmada-cluster", "name": .string("\(cluster.name)-impersonator"),
      ],
    ]
    if !cluster.provider.isEmpty { spec["provider"] = .string(cluster.provider) }
    if !cluster.region.isEmpty { spec["region"] = .string(cluster.region) }
    if !cluster.zones.isEmpty { spec["zones"] = .array(cluster.zones.map { .string($0) }) }
    let taints = taints
    if !taints.isEmpty { spec["taints"] = .array(taints) }
    return [
      "kind": "Cluster", "apiVersion": "cluster.karmada.io/v1alpha1",
      "metadata": [
        "name": .string(cluster.name), "finalizers": ["karmada.io/cluster-controller"],
      ],
      "spec": .object(spec), "status": status,
    ]
  }

  private var taints: [JSONValue] {
    let own = cluster.taints.map { taint in
      var value: JSONObject = ["key": .string(taint.key), "effect": .string(taint.effect)]
      if !taint.value.isEmpty { value["value"] = .string(taint.value) }
      value["timeAdded"] = .string((now - taint.age).rfc3339)
      return JSONValue.object(value)
    }
    guard let gone = cluster.notReadyFor else { return own }
    // The cluster controller taints at once, the taint manager half a minute later.
    return own
      + [("NoSchedule", gone), ("NoExecute", gone - .seconds(30))].map { effect, age in
        [
          "key": "cluster.karmada.io/not-ready", "effect": .string(effect),
          "timeAdded": .string((now - age).rfc3339),
        ]
      }
  }

  private var status: JSONValue {
    let since = (now - (cluster.notReadyFor ?? cluster.age)).rfc3339
    let isReady = cluster.notReadyFor == nil
    let cores = cluster.cpu
    return [
      "kubernetesVersion": .string(cluster.version),
      "apiEnablements": Self.enablements,
      "conditions": [
        [
          "type": "Ready", "status": isReady ? "True" : "False",
          "lastTransitionTime": .string(since),
          "reason": isReady ? "ClusterReady" : "ClusterNotReachable",
          "message": isReady
            ? "cluster is healthy and ready to accept workloads" : "cluster is not reachable",
        ],
        [
          "type": "CompleteAPIEnablements", "status": "True",
          "lastTransitionTime": .string((now - cluster.age).rfc3339), "reason": "Complete",
          "message": "collected complete APIEnablements from the cluster",
        ],
      ],
      "nodeSummary": [
        "totalNum": .int(Int64(cluster.nodes)), "readyNum": .int(Int64(cluster.nodes)),
      ],
      "resourceSummary": [
        "allocatable": resources(cores[0], cluster.memory[0], cluster.pods[0]),
        "allocated": resources(cores[1], cluster.memory[1], cluster.pods[1]),
      ],
    ]
  }

  private static let enablements = MemberReport.enablements(of: .member)

  private func resources(_ cores: Int, _ memory: Int, _ pods: Int) -> JSONValue {
    [
      "cpu": .string(String(cores)), "memory": .string("\(memory)Gi"),
      "pods": .string(String(pods)),
    ]
  }
}

/// What a member cluster starts with: namespaces and nodes.
enum MemberSeed {
  static func store(
    _ cluster: Scenario.ClusterSpec, namespaces: [String], seed: UInt64, now: Time
  ) -> ObjectStore {
    var store = ObjectStore(
      registry: .member, seed: seed, now: now, historyLimit: 2_000)
    for name in namespaces { store.addNamespace(name, now: now) }
    guard let nodes = store.registry.type(apiVersion: "v1", kind: "Node") else { return store }
    for number in 1...max(1, min(cluster.nodes, 100)) {
      let name = "\(cluster.name)-node\(number)"
      store.load(
        [
          "kind": "Node", "apiVersion": "v1",
          "metadata": [
            "name": .string(name), "uid": .string(store.newUID()),
            "creationTimestamp": .string(now.rfc3339),
            "labels": [
              "kubernetes.io/hostname": .string(name),
              "topology.kubernetes.io/region": .string(cluster.region),
            ],
          ],
          "spec": [:],
          "status": [
            "conditions": [["type": "Ready", "status": "True", "reason": "KubeletReady"]],
            "nodeInfo": ["kubeletVersion": .string(cluster.version)],
          ],
        ], as: nodes)
    }
    return store
  }
}
