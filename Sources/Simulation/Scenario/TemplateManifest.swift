import Manifest

/// A scenario's resource template as the object a user would have applied, with the defaults
/// the API server fills in.
struct TemplateManifest {
  let template: Scenario.Template

  var apiVersion: String {
    switch template.kind {
    case "Deployment", "StatefulSet", "DaemonSet": "apps/v1"
    case "Job", "CronJob": "batch/v1"
    case "Ingress": "networking.k8s.io/v1"
    case "FlinkDeployment": "flink.apache.org/v1beta1"
    case "ClusterRole": "rbac.authorization.k8s.io/v1"
    default: "v1"
    }
  }

  /// Without the server's own metadata.
  var value: JSONValue {
    var metadata: JSONObject = ["name": .string(template.name)]
    if !template.namespace.isEmpty { metadata["namespace"] = .string(template.namespace) }
    metadata["labels"] = .object(JSONObject(labels))
    var object: JSONObject = [
      "apiVersion": .string(apiVersion), "kind": .string(template.kind),
      "metadata": .object(metadata),
    ]
    for (key, value) in content { object[key] = value }
    return .object(object)
  }

  private var labels: JSONObject.Members {
    var labels: JSONObject.Members = ["app": .string(template.name)]
    for (key, value) in template.labels.sorted(by: { $0.key < $1.key }) {
      labels[key] = .string(value)
    }
    return labels
  }

  private var content: [(String, JSONValue)] {
    switch template.kind {
    case "Deployment":
      [
        (
          "spec",
          workload([
            "strategy": [
              "type": "RollingUpdate",
              "rollingUpdate": ["maxUnavailable": "25%", "maxSurge": "25%"],
            ],
            "revisionHistoryLimit": 10, "progressDeadlineSeconds": 600,
          ])
        )
      ]
    case "StatefulSet":
      [
        (
          "spec",
          workload([
            "serviceName": .string(template.name), "podManagementPolicy": "OrderedReady",
            "updateStrategy": ["type": "RollingUpdate"], "revisionHistoryLimit": 10,
          ])
        )
      ]
    case "DaemonSet":
      [("spec", workload(["updateStrategy": ["type": "RollingUpdate"]]))]
    case "Job": [("spec", job)]
    case "CronJob":
      [
        (
          "spec",
          [
            "schedule": "15 2 * * *", "concurrencyPolicy": "Forbid", "suspend": false,
            "jobTemplate": ["spec": job],
          ]
        )
      ]
    case "ConfigMap": [("data", data)]
    case "Secret": [("data", data), ("type", "Opaque")]
    case "Service": [("spec", service)]
    case "Ingress": [("spec", ingress)]
    case "FlinkDeployment": [("spec", flink)]
    case "ClusterRole":
      [
        (
          "rules",
          [
            [
              "apiGroups": [""], "resources": ["pods", "services"],
              "verbs": ["get", "list", "watch"],
            ]
          ]
        )
      ]
    default: []
    }
  }

  private var data: JSONValue {
    .object(
      JSONObject(
        JSONObject.Members(
          template.data.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) },
          uniquingKeysWith: { $1 })))
  }

  private func workload(_ more: JSONObject) -> JSONValue {
    var spec: JSONObject = [:]
    if let replicas = template.replicas { spec["replicas"] = .int(Int64(replicas)) }
    spec["selector"] = ["matchLabels": ["app": .string(template.name)]]
    spec["template"] = [
      "metadata": ["labels": ["app": .string(template.name)]],
      "spec": podSpec(restartPolicy: "Always"),
    ]
    for (key, value) in more.members { spec[key] = value }
    return .object(spec)
  }

  private func podSpec(restartPolicy: String) -> JSONValue {
    var spec: JSONValue = [
      "containers": [
        [
          "name": .string(template.name), "image": .string(template.image),
          "resources": ["requests": ["cpu": "250m", "memory": "256Mi"]],
          "terminationMessagePath": "/dev/termination-log", "terminationMessagePolicy": "File",
          "imagePullPolicy": "IfNotPresent",
        ]
      ],
      "restartPolicy": .string(restartPolicy), "terminationGracePeriodSeconds": 30,
      "dnsPolicy": "ClusterFirst", "securityContext": [:], "schedulerName": "default-scheduler",
    ]
    if !template.mounts.isEmpty {
      spec["volumes"] = .array(
        template.mounts.map { ["name": .string($0), "configMap": ["name": .string($0)]] })
    }
    return spec
  }

  private var job: JSONValue {
    [
      "parallelism": .int(Int64(template.replicas ?? 1)),
      "completions": .int(Int64(template.replicas ?? 1)), "backoffLimit": 6,
      "template": [
        "metadata": ["labels": ["app": .string(template.name)]],
        "spec": podSpec(restartPolicy: "Never"),
      ],
    ]
  }

  private var service: JSONValue {
    [
      "type": "ClusterIP", "selector": ["app": .string(template.name)],
      "ports": [["name": "http", "protocol": "TCP", "port": 80, "targetPort": 8080]],
      "sessionAffinity": "None",
    ]
  }

  private var ingress: JSONValue {
    [
      "ingressClassName": "nginx",
      "rules": [
        [
          "host": .string("\(template.name).example.com"),
          "http": [
            "paths": [
              [
                "path": "/", "pathType": "Prefix",
                "backend": [
                  "service": ["name": .string(template.name), "port": ["number": 80]]
                ],
              ]
            ]
          ],
        ]
      ],
    ]
  }

  private var flink: JSONValue {
    [
      "image": .string(template.image), "flinkVersion": "v1_17", "serviceAccount": "flink",
      "flinkConfiguration": ["taskmanager.numberOfTaskSlots": "2"],
      "jobManager": ["replicas": 1, "resource": ["cpu": 1, "memory": "2048m"]],
      "taskManager": [
        "replicas": .int(Int64(template.replicas ?? 1)),
        "resource": ["cpu": 1, "memory": "2048m"],
      ],
      "job": [
        "jarURI": "local:///opt/flink/examples/streaming/StateMachineExample.jar",
        "parallelism": 2, "upgradeMode": "savepoint",
      ],
    ]
  }
}
