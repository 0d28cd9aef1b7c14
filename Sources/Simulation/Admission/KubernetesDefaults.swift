import Manifest

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What kube-apiserver fills in before it stores its own kinds (1.31: pkg/apis/*/v1/defaults).
enum KubernetesDefaults {
  static func fill(in request: inout AdmissionRequest, random: inout SeededRandom) {
    switch request.type.id {
    case "deployments.apps":
      set(
        &request.object,
        [
          "replicas": 1, "progressDeadlineSeconds": 600, "revisionHistoryLimit": 10,
          "strategy": [
            "type": "RollingUpdate",
            "rollingUpdate": ["maxUnavailable": "25%", "maxSurge": "25%"],
          ],
        ])
      setTemplate(&request.object)
    case "statefulsets.apps":
      set(
        &request.object,
        [
          "replicas": 1, "revisionHistoryLimit": 10, "podManagementPolicy": "OrderedReady",
          "updateStrategy": ["type": "RollingUpdate", "rollingUpdate": ["partition": 0]],
          "persistentVolumeClaimRetentionPolicy": [
            "whenDeleted": "Retain", "whenScaled": "Retain",
          ],
        ])
      setTemplate(&request.object)
    case "daemonsets.apps":
      set(
        &request.object,
        [
          "revisionHistoryLimit": 10,
          "updateStrategy": [
            "type": "RollingUpdate", "rollingUpdate": ["maxSurge": 0, "maxUnavailable": 1],
          ],
        ])
      setTemplate(&request.object)
    case "jobs.batch":
      set(
        &request.object,
        [
          "parallelism": 1, "completions": 1, "backoffLimit": 6,
          "completionMode": "NonIndexed", "suspend": false,
        ])
      setTemplate(&request.object)
    case "cronjobs.batch":
      set(
        &request.object,
        [
          "concurrencyPolicy": "Allow", "suspend": false, "successfulJobsHistoryLimit": 3,
          "failedJobsHistoryLimit": 1,
        ])
    case "services": setService(&request.object, random: &random)
    case "secrets": setSecret(&request.object)
    default: break
    }
  }

  /// Sets the members of `spec` that are not there.
  private static func set(_ object: inout JSONValue, _ defaults: JSONValue) {
    guard let spec = object["spec"], spec.object != nil else { return }
    object["spec"] = filled(spec, defaults)
  }

  private static func filled(_ value: JSONValue, _ defaults: JSONValue) -> JSONValue {
    var value = value
    for (key, fallback) in defaults.object?.members ?? [:] where value[key] == nil {
      value[key] = fallback
    }
    return value
  }

  // MARK: Pods

  private static func setTemplate(_ object: inout JSONValue) {
    guard var pod = object[path: "spec", "template", "spec"], pod.object != nil else { return }
    for list in ["containers", "initContainers"] {
      guard let containers = pod[list]?.array else { continue }
      pod[list] = .array(containers.map(container))
    }
    object["spec"]?["template"]?["spec"] = filled(
      pod,
      [
        "restartPolicy": "Always", "terminationGracePeriodSeconds": 30,
        "dnsPolicy": "ClusterFirst", "securityContext": [:],
        "schedulerName": "default-scheduler",
      ])
  }

  private static func container(_ given: JSONValue) -> JSONValue {
    guard given.object != nil else { return given }
    var container = filled(
      given,
      [
        "resources": [:], "terminationMessagePath": "/dev/termination-log",
        "terminationMessagePolicy": "File",
        "imagePullPolicy": .string(pullPolicy(given["image"]?.string ?? "")),
      ])
    if let ports = container["ports"]?.array {
      container["ports"] = .array(
        ports.map { $0.object == nil ? $0 : filled($0, ["protocol": "TCP"]) })
    }
    return container
  }

  private static func pullPolicy(_ image: String) -> String {
    let name = image.split(separator: "/").last ?? ""
    if image.contains("@") { return "IfNotPresent" }
    guard let colon = name.lastIndex(of: ":") else { return "Always" }
    return name[name.index(after: colon)...] == "latest" ? "Always" : "IfNotPresent"
  }

  // MARK: Others

  private static func setService(_ object: inout JSONValue, random: inout SeededRandom) {
    guard var spec = object["spec"], spec.object != nil else { return }
    spec = filled(
      spec,
      [
        "type": "ClusterIP", "sessionAffinity": "None", "ipFamilies": ["IPv4"],
        "ipFamilyPolicy": "SingleStack", "internalTrafficPolicy": "Cluster",
      ])
    if spec["type"] != "ExternalName", (spec["clusterIP"]?.string ?? "").isEmpty {
      let address = JSONValue.string(
        "10.\(96 + random.next() % 16).\(random.next() % 256).\(1 + random.next() % 254)")
      spec["clusterIP"] = address
      spec["clusterIPs"] = [address]
    }
    if let ports = spec["ports"]?.array {
      spec["ports"] = .array(
        ports.map { port in
          guard port.object != nil else { return port }
          return filled(port, ["protocol": "TCP", "targetPort": port["port"] ?? .null])
        })
    }
    object["spec"] = spec
  }

  /// What is written as text is kept as bytes.
  private static func setSecret(_ object: inout JSONValue) {
    if object["type"] == nil { object["type"] = "Opaque" }
    guard let texts = object["stringData"]?.object else { return }
    var data = object["data"] ?? [:]
    for (key, value) in texts.members {
      data[key] = .string(Data((value.string ?? "").utf8).base64EncodedString())
    }
    object["data"] = data
    object["stringData"] = nil
  }
}

extension AdmissionRule {
  /// The defaults of Kubernetes' own kinds.
  static let kubernetesDefaults = AdmissionRule("kubernetes defaults") {
    (request, random) throws(StatusError) in
    guard request.isWrite, request.type.origin == .builtIn else { return }
    KubernetesDefaults.fill(in: &request, random: &random)
  }
}
