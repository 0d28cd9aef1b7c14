import Manifest

/// The types of a workload's fields, as far as they can make Karmada's image overrider fail: it
/// reads the whole object into Kubernetes' own types first.
struct WorkloadSchema {
  /// A value that is not of its field's type.
  struct Mistake: Hashable {
    var path: JSONPointer
    var what: String
  }

  indirect enum Shape: Sendable {
    case any, text, bool, int32, int64
    case list(Shape)
    case map(Shape)
    case object([String: Shape])
  }

  /// The first value that does not fit; nil when all do, or the kind is not known.
  static func mistake(in manifest: JSONValue, kind: String) -> Mistake? {
    guard let shape = shapes[kind] else { return nil }
    var path: [String] = []
    return mistake(manifest, shape, &path)
  }

  private static func mistake(
    _ value: JSONValue, _ shape: Shape, _ path: inout [String]
  ) -> Mistake? {
    func wrong(_ wanted: String) -> Mistake {
      let pointer = JSONPointer(tokens: path)
      return Mistake(
        path: pointer,
        what: "\(pointer) is the \(value.typeName ?? "null") \(value.preview) where "
          + "a \(wanted) is needed")
    }
    func inside(_ key: String, _ value: JSONValue, _ shape: Shape) -> Mistake? {
      path.append(key)
      defer { path.removeLast() }
      return mistake(value, shape, &path)
    }
    if value == .null { return nil }
    switch (shape, value) {
    case (.any, _), (.text, .string), (.bool, .bool), (.int64, .int): return nil
    case (.int32, .int(let number)):
      return Int32(exactly: number) == nil ? wrong("number of 32 bits") : nil
    case (.int32, .double(let number)), (.int64, .double(let number)):
      return Int64(exactly: number) == nil ? wrong("whole number") : nil
    case (.list(let element), .array(let elements)):
      for (i, value) in elements.enumerated() {
        if let mistake = inside(String(i), value, element) { return mistake }
      }
      return nil
    case (.map(let element), .object(let object)):
      for (key, value) in object.members {
        if let mistake = inside(key, value, element) { return mistake }
      }
      return nil
    case (.object(let fields), .object(let object)):
      for (key, value) in object.members {
        guard let field = fields[key] else { continue }
        if let mistake = inside(key, value, field) { return mistake }
      }
      return nil
    case (.text, _): return wrong("text")
    case (.bool, _): return wrong("boolean")
    case (.int32, _), (.int64, _): return wrong("whole number")
    case (.list, _): return wrong("list")
    case (.map, _), (.object, _): return wrong("object")
    }
  }

  // MARK: Kinds

  private static let shapes: [String: Shape] = {
    func workload(_ spec: [String: Shape]) -> Shape {
      .object([
        "apiVersion": .text, "kind": .text, "metadata": metadata, "spec": .object(spec),
      ])
    }
    let template: Shape = .object(["metadata": metadata, "spec": podSpec])
    let common: [String: Shape] = [
      "replicas": .int32, "selector": selector, "template": template, "minReadySeconds": .int32,
      "revisionHistoryLimit": .int32,
    ]
    func with(_ others: [String: Shape]) -> [String: Shape] { common.merging(others) { $1 } }
    let strategy: Shape = .object(["type": .text, "rollingUpdate": .map(.any)])
    return [
      "Pod": .object([
        "apiVersion": .text, "kind": .text, "metadata": metadata, "spec": podSpec,
      ]),
      "Deployment": workload(
        with(["strategy": strategy, "paused": .bool, "progressDeadlineSeconds": .int32])),
      "ReplicaSet": workload(common),
      "DaemonSet": workload(
        with(["replicas": .any, "updateStrategy": strategy])),
      "StatefulSet": workload(
        with([
          "serviceName": .text, "podManagementPolicy": .text, "updateStrategy": strategy,
          "volumeClaimTemplates": .list(.object(["metadata": metadata])),
        ])),
      "Job": workload([
        "parallelism": .int32, "completions": .int32, "activeDeadlineSeconds": .int64,
        "backoffLimit": .int32, "selector": selector, "manualSelector": .bool,
        "template": template, "ttlSecondsAfterFinished": .int32, "completionMode": .text,
        "suspend": .bool, "podReplacementPolicy": .text, "managedBy": .text,
      ]),
    ]
  }()

  private static let texts: Shape = .list(.text)

  private static let metadata: Shape = .object([
    "name": .text, "generateName": .text, "namespace": .text, "selfLink": .text, "uid": .text,
    "resourceVersion": .text, "generation": .int64, "deletionGracePeriodSeconds": .int64,
    "labels": .map(.text), "annotations": .map(.text), "finalizers": texts,
    "ownerReferences": .list(
      .object([
        "apiVersion": .text, "kind": .text, "name": .text, "uid": .text, "controller": .bool,
        "blockOwnerDeletion": .bool,
      ])),
  ])

  private static let selector: Shape = .object([
    "matchLabels": .map(.text),
    "matchExpressions": .list(.object(["key": .text, "operator": .text, "values": texts])),
  ])

  private static let probe: Shape = .object([
    "initialDelaySeconds": .int32, "timeoutSeconds": .int32, "periodSeconds": .int32,
    "successThreshold": .int32, "failureThreshold": .int32,
    "terminationGracePeriodSeconds": .int64, "exec": .object(["command": texts]),
    "httpGet": .object(["path": .text, "host": .text, "scheme": .text]),
    "tcpSocket": .object(["host": .text]), "grpc": .object(["port": .int32, "service": .text]),
  ])

  private static let container: Shape = .object([
    "name": .text, "image": .text, "command": texts, "args": texts, "workingDir": .text,
    "ports": .list(
      .object([
        "name": .text, "hostPort": .int32, "containerPort": .int32, "protocol": .text,
        "hostIP": .text,
      ])),
    "envFrom": .list(.object(["prefix": .text, "configMapRef": keyRef, "secretRef": keyRef])),
    "env": .list(
      .object([
        "name": .text, "value": .text,
        "valueFrom": .object([
          "fieldRef": .object(["apiVersion": .text, "fieldPath": .text]),
          "resourceFieldRef": .object(["containerName": .text, "resource": .text]),
          "configMapKeyRef": keyRef, "secretKeyRef": keyRef,
        ]),
      ])),
    "resources": .object(["limits": .map(.any), "requests": .map(.any)]),
    "volumeMounts": .list(
      .object([
        "name": .text, "readOnly": .bool, "mountPath": .text, "subPath": .text,
        "subPathExpr": .text, "mountPropagation": .text, "recursiveReadOnly": .text,
      ])),
    "volumeDevices": .list(.object(["name": .text, "devicePath": .text])),
    "livenessProbe": probe, "readinessProbe": probe, "startupProbe": probe,
    "terminationMessagePath": .text, "terminationMessagePolicy": .text, "imagePullPolicy": .text,
    "restartPolicy": .text, "stdin": .bool, "stdinOnce": .bool, "tty": .bool,
    "securityContext": .object([
      "privileged": .bool, "runAsUser": .int64, "runAsGroup": .int64, "runAsNonRoot": .bool,
      "readOnlyRootFilesystem": .bool, "allowPrivilegeEscalation": .bool, "procMount": .text,
      "capabilities": .object(["add": texts, "drop": texts]),
    ]),
  ])

  private static let keyRef: Shape = .object(["name": .text, "key": .text, "optional": .bool])

  private static let podSpec: Shape = .object([
    "containers": .list(container), "initContainers": .list(container),
    "ephemeralContainers": .list(container), "restartPolicy": .text,
    "terminationGracePeriodSeconds": .int64, "activeDeadlineSeconds": .int64, "dnsPolicy": .text,
    "nodeSelector": .map(.text), "serviceAccountName": .text, "serviceAccount": .text,
    "automountServiceAccountToken": .bool, "nodeName": .text, "hostNetwork": .bool,
    "hostPID": .bool, "hostIPC": .bool, "hostUsers": .bool, "shareProcessNamespace": .bool,
    "imagePullSecrets": .list(.object(["name": .text])), "hostname": .text, "subdomain": .text,
    "affinity": .map(.any), "schedulerName": .text,
    "tolerations": .list(
      .object([
        "key": .text, "operator": .text, "value": .text, "effect": .text,
        "tolerationSeconds": .int64,
      ])),
    "hostAliases": .list(.object(["ip": .text, "hostnames": texts])),
    "priorityClassName": .text, "priority": .int32, "runtimeClassName": .text,
    "enableServiceLinks": .bool, "preemptionPolicy": .text, "setHostnameAsFQDN": .bool,
    "dnsConfig": .object(["nameservers": texts, "searches": texts]),
    "topologySpreadConstraints": .list(
      .object([
        "maxSkew": .int32, "minDomains": .int32, "topologyKey": .text,
        "whenUnsatisfiable": .text, "labelSelector": selector,
      ])),
    "securityContext": .object([
      "runAsUser": .int64, "runAsGroup": .int64, "runAsNonRoot": .bool, "fsGroup": .int64,
      "supplementalGroups": .list(.int64),
    ]),
    "volumes": .list(
      .object([
        "name": .text,
        "configMap": .object(["name": .text, "defaultMode": .int32, "optional": .bool]),
        "secret": .object(["secretName": .text, "defaultMode": .int32, "optional": .bool]),
        "emptyDir": .object(["medium": .text]),
        "hostPath": .object(["path": .text, "type": .text]),
        "persistentVolumeClaim": .object(["claimName": .text, "readOnly": .bool]),
      ])),
  ])
}
