import Manifest

/// What Karmada knows about kinds of objects: how many replicas they want, whether they are
/// healthy, what of their status is worth reporting, what they depend on.
///
/// Karmada 1.12's default interpreters: the native ones, and of the third-party ones Flink's.
enum ResourceInterpreter {
  static func isFlink(_ object: JSONValue) -> Bool {
    object.kind == "FlinkDeployment" && object.apiVersion.hasPrefix("flink.apache.org/")
  }

  // MARK: Replicas

  /// How many replicas an object wants and what each needs (`spec.replicaRequirements` without
  /// its namespace); nil for kinds without replicas.
  static func replicas(of object: JSONValue) -> (count: Int, requirements: JSONValue?)? {
    let spec = object["spec"]
    switch (object.apiVersion, object.kind) {
    case ("apps/v1", "Deployment"), ("apps/v1", "StatefulSet"):
      return (spec?["replicas"]?.int32 ?? 1, requirements(ofPods: spec?["template"]))
    case ("batch/v1", "Job"):
      let parallelism = spec?["parallelism"]?.int32 ?? 1
      let completions = spec?["completions"]?.int32 ?? parallelism
      return (min(parallelism, completions), requirements(ofPods: spec?["template"]))
    case ("v1", "Pod"): return (1, requirements(ofPods: object))
    default: return isFlink(object) ? flinkReplicas(spec) : nil
    }
  }

  private static func requirements(ofPods template: JSONValue?) -> JSONValue? {
    var sums: [String: Quantity] = [:]
    for container in template?[path: "spec", "containers"]?.array ?? [] {
      for (name, value) in container[path: "resources", "requests"]?.object?.members ?? [:] {
        guard let amount = quantity(value) else { continue }
        sums[name] = sums[name].map { $0 + amount } ?? amount
      }
    }
    let selector = template?[path: "spec", "nodeSelector"]
    guard !sums.isEmpty || selector != nil else { return nil }
    var requirements: JSONValue = [:]
    if let selector { requirements["nodeClaim"] = ["nodeSelector": selector] }
    if !sums.isEmpty {
      requirements["resourceRequest"] = .object(JSONObject(sorted: sums.mapValues(\.text)))
    }
    return requirements
  }

  private static func quantity(_ value: JSONValue?) -> Quantity? {
    switch value {
    case .string(let text): Quantity(text)
    case .int(let number): Quantity(Int(number))
    case .double(let number): Quantity("\(number)")
    default: nil
    }
  }

  private static func flinkReplicas(_ spec: JSONValue?) -> (count: Int, requirements: JSONValue?) {
    let jobManagers = spec?[path: "jobManager", "replicas"]?.int32 ?? 1
    let slots =
      spec?[path: "flinkConfiguration", "taskmanager.numberOfTaskSlots"].flatMap {
        $0.int32 ?? $0.string.flatMap(Int.init)
      } ?? 1
    let parallelism = spec?[path: "job", "parallelism"]?.int32 ?? 1
    let taskManagers =
      spec?[path: "taskManager", "replicas"]?.int32
      ?? Int((Double(parallelism) / Double(max(1, slots))).rounded(.up))
    var request: [String: String] = [:]
    for name in ["cpu", "memory"] {
      let wanted = ["jobManager", "taskManager"].compactMap { part in
        quantity(spec?[part]?["resource"]?[name]).map { ($0, spec?[part]?["resource"]?[name]) }
      }.max { $0.0 < $1.0 }
      // As it was written: Flink's "2048m" means mebibytes and is handed on all the same.
      if let wanted { request[name] = wanted.1?.string ?? wanted.0.text }
    }
    return (
      jobManagers + taskManagers,
      request.isEmpty
        ? Optional<JSONValue>.none : ["resourceRequest": .object(JSONObject(sorted: request))]
    )
  }

  /// The object with the number of replicas a cluster gets; as it is where Karmada knows no way.
  static func revised(_ object: JSONValue, replicas: Int) -> JSONValue {
    var object = object
    switch (object.apiVersion, object.kind) {
    case ("apps/v1", "Deployment"), ("apps/v1", "StatefulSet"):
      object["spec"]?["replicas"] = .int(Int64(replicas))
    case ("batch/v1", "Job"): object["spec"]?["parallelism"] = .int(Int64(replicas))
    default: break
    }
    return object
  }

  // MARK: Dependencies

  /// Another object that one needs to run.
  struct Dependency: Hashable, Comparable {
    var apiVersion = "v1"
    var kind: String
    var namespace: String
    var name: String

    static func < (a: Dependency, b: Dependency) -> Bool {
      (a.apiVersion, a.kind, a.namespace, a.name) < (b.apiVersion, b.kind, b.namespace, b.name)
    }

    /// As the annotation resourcebinding.karmada.io/dependencies has it.
    var value: JSONValue {
      [
        "apiVersion": .string(apiVersion), "kind": .string(kind), "namespace": .string(namespace),
        "name": .string(name),
      ]
    }
  }

  /// What an object depends on, sorted; nil for kinds whose dependencies Karmada does not know.
  static func dependencies(of object: JSONValue) -> [Dependency]? {
    let pod: JSONValue?
    switch (object.apiVersion, object.kind) {
    case ("apps/v1", "Deployment"), ("apps/v1", "StatefulSet"), ("apps/v1", "DaemonSet"),
      ("batch/v1", "Job"):
      pod = object[path: "spec", "template", "spec"]
    case ("batch/v1", "CronJob"):
      pod = object[path: "spec", "jobTemplate", "spec", "template", "spec"]
    case ("v1", "Pod"): pod = object["spec"]
    case ("networking.k8s.io/v1", "Ingress"):
      let secrets = (object[path: "spec", "tls"]?.array ?? []).compactMap {
        $0["secretName"]?.string
      }
      return named(secrets, "Secret", object.objectNamespace)
    default: return nil
    }
    guard let pod else { return [] }
    return dependencies(ofPod: pod, namespace: object.objectNamespace)

  }

  private static func named(_ names: [String], _ kind: String, _ namespace: String)
    -> [Dependency]
  {
    Set(names).filter { !$0.isEmpty }.sorted()
      .map { Dependency(kind: kind, namespace: namespace, name: $0) }
  }

  private static func dependencies(ofPod pod: JSONValue, namespace: String) -> [Dependency] {
    var configMaps: [String] = []
    var secrets: [String] = []
    var volumes: [String] = []
    for volume in pod["volumes"]?.array ?? [] {
      configMaps += [volume[path: "configMap", "name"]?.string].compactMap { $0 }
      secrets += [volume[path: "secret", "secretName"]?.string].compactMap { $0 }
      volumes += [volume[path: "persistentVolumeClaim", "claimName"]?.string].compactMap { $0 }
      for source in volume[path: "projected", "sources"]?.array ?? [] {
        configMaps += [source[path: "configMap", "name"]?.string].compactMap { $0 }
        secrets += [source[path: "secret", "name"]?.string].compactMap { $0 }
      }
    }
    for secret in pod["imagePullSecrets"]?.array ?? [] {
      secrets += [secret["name"]?.string].compactMap { $0 }
    }
    let containers = (pod["initContainers"]?.array ?? []) + (pod["containers"]?.array ?? [])
    for container in containers {
      for source in container["envFrom"]?.array ?? [] {
        configMaps += [source[path: "configMapRef", "name"]?.string].compactMap { $0 }
        secrets += [source[path: "secretRef", "name"]?.string].compactMap { $0 }
      }
      for variable in container["env"]?.array ?? [] {
        configMaps +=
          [variable[path: "valueFrom", "configMapKeyRef", "name"]?.string].compactMap { $0 }
        secrets +=
          [variable[path: "valueFrom", "secretKeyRef", "name"]?.string].compactMap { $0 }
      }
    }
    let account = pod["serviceAccountName"]?.string ?? ""
    return named(configMaps, "ConfigMap", namespace)
      + named(volumes, "PersistentVolumeClaim", namespace) + named(secrets, "Secret", namespace)
      + named(account == "default" ? [] : [account], "ServiceAccount", namespace)
  }

}
