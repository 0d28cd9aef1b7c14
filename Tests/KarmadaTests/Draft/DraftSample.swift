import Karmada
import Manifest

/// Policies, objects and clusters that the tests of drafts share.
enum DraftSample {
  static let text = """
    apiVersion: policy.karmada.io/v1alpha1
    kind: OverridePolicy
    metadata:
      name: example
      namespace: default
    spec:
      resourceSelectors:
        - apiVersion: v1
          kind: ConfigMap
          name: example-configmap
      overrideRules:
        # the first to move
        - targetCluster:
            clusterNames: [member1]
          overriders:
            fieldOverrider:
              - fieldPath: /data/config.yaml
                yaml:
                  - subPath: /app/database/port  # was 5432
                    operator: replace
                    value: "3306"
        - targetCluster:
            clusterNames: [member2]
          overriders:
            labelsOverrider:
              - operator: add
                value: {tier: edge}

    """

  static var draft: OverrideDraft { OverrideDraft(text: text) }

  static let configMap: JSONValue = [
    "apiVersion": "v1", "kind": "ConfigMap",
    "metadata": ["name": "example-configmap", "namespace": "default"],
    "data": [
      "config.yaml": "app:\n  database:\n    ip: 127.0.0.1\n    port: 5432\n    tls: true\n",
      "settings.json": "{\"limits\":{\"cpu\":2},\"hosts\":[\"a\",\"b\"]}", "note": "plain text",
    ],
  ]

  static let deployment: JSONValue = [
    "apiVersion": "apps/v1", "kind": "Deployment",
    "metadata": ["name": "web", "namespace": "default", "labels": ["app": "web"]],
    "spec": [
      "replicas": 3,
      "template": [
        "spec": [
          "containers": [
            ["name": "web", "image": "docker.io/library/nginx:1.25", "args": ["-v", "2"]],
            ["name": "side", "image": "quay.io/envoy:v1"],
          ]
        ]
      ],
    ],
  ]

  static let secret: JSONValue = [
    "apiVersion": "v1", "kind": "Secret",
    "metadata": ["name": "keys", "namespace": "default"], "data": ["token": "aHVzaA=="],
  ]

  static let clusters: [OverrideTarget] = [
    cluster("member1", provider: "aws", region: "eu", zones: ["eu-a"], labels: ["env": "prod"]),
    cluster("member2", provider: "gcp", region: "us", zones: ["us-a", "us-b"], labels: [:]),
    cluster("member3", provider: "aws", region: "us", zones: [], labels: ["env": "test"]),
  ]

  static func cluster(
    _ name: String, provider: String = "", region: String = "", zones: [String] = [],
    labels: [String: String] = [:]
  ) -> OverrideTarget {
    var cluster = OverrideTarget()
    cluster.name = name
    cluster.provider = provider
    cluster.region = region
    cluster.zones = zones
    cluster.labels = labels
    return cluster
  }

  static var fleet: OverrideFleet {
    let names = clusters.map(\.name)
    return OverrideFleet(
      clusters: clusters,
      objects: [configMap, deployment, secret].map { OverrideFleet.Object($0, clusters: names) })
  }

  /// "spec.overrideRules[0].overriders" as a pointer.
  static func at(_ path: String) -> JSONPointer {
    FieldPath.pointer(path) ?? JSONPointer(tokens: ["no such path"])
  }
}
