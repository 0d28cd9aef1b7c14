import ControlPlane
import Manifest

/// What API servers refuse by themselves, without a webhook.
extension AdmissionRule {
  /// 422 for fields that may not change once they are set.
  static let fieldsThatStay = AdmissionRule("immutable fields") {
    (request, _) throws(StatusError) in
    guard request.operation == .update, request.subresource.isEmpty else { return }
    let (new, old) = (request.object, request.oldObject)
    var problems: [StatusError.FieldProblem] = []
    switch request.type.id {
    case "deployments.apps", "statefulsets.apps", "daemonsets.apps", "replicasets.apps",
      "jobs.batch":
      let selector = new[path: "spec", "selector"]
      if selector != old[path: "spec", "selector"] {
        problems.append(
          .init(
            field: "spec.selector", reason: "FieldValueInvalid",
            message: "Invalid value: \((selector ?? .null).jsonText()): field is immutable"))
      }
    case "configmaps", "secrets":
      guard old["immutable"] == true else { return }
      if new["immutable"] != true { problems.append(Self.forbidden("immutable")) }
      for field in ["data", "binaryData"] where new[field] != old[field] {
        problems.append(Self.forbidden(field))
      }
    default: return
    }
    if !problems.isEmpty { throw .invalid(request.type, request.name, problems) }
  }

  private static func forbidden(_ field: String) -> StatusError.FieldProblem {
    .init(
      field: field, reason: "FieldValueForbidden",
      message: "Forbidden: field is immutable when `immutable` is set")
  }

  /// What Karmada's aggregated API server refuses in a Cluster.
  static let clusterValidation = AdmissionRule("cluster") { (request, _) throws(StatusError) in
    guard request.isWrite, request.type.api == .clusters else { return }
    let spec = request.object["spec"] ?? [:]
    var problems: [StatusError.FieldProblem] = []
    let mode = spec["syncMode"]?.string ?? ""
    if mode.isEmpty {
      problems.append(
        .init(
          field: "spec.syncMode", reason: "FieldValueRequired", message: "Required value"))
    }
    if !["Pull", "Push"].contains(mode) {
      problems.append(
        .init(
          field: "spec.syncMode", reason: "FieldValueNotSupported",
          message: "Unsupported value: \(JSONValue.string(mode).jsonText()): supported values: "
            + "\"Pull\", \"Push\""))
    }
    problems += taintProblems(spec["taints"]?.array ?? [])
    if !problems.isEmpty { throw .invalid(request.type, request.name, problems) }
  }

  private static func taintProblems(_ taints: [JSONValue]) -> [StatusError.FieldProblem] {
    var problems: [StatusError.FieldProblem] = []
    var seen: Set<[String]> = []
    for (index, taint) in taints.enumerated() {
      let path = "spec.taints[\(index)]"
      let key = taint["key"]?.string ?? ""
      let effect = taint["effect"]?.string ?? ""
      if let why = NameValidation.problem(withLabelKey: key) {
        problems.append(
          .init(
            field: "\(path).key", reason: "FieldValueInvalid",
            message: "Invalid value: \(JSONValue.string(key).jsonText()): \(why)"))
      }
      if !["NoSchedule", "PreferNoSchedule", "NoExecute"].contains(effect) {
        problems.append(
          .init(
            field: "\(path).effect", reason: "FieldValueNotSupported",
            message: "Unsupported value: \(JSONValue.string(effect).jsonText()): supported "
              + "values: \"NoSchedule\", \"PreferNoSchedule\", \"NoExecute\""))
      }
      if !seen.insert([key, effect]).inserted {
        problems.append(
          .init(
            field: path, reason: "FieldValueDuplicate",
            message: "Duplicate value: {\"key\":\"\(key)\",\"effect\":\"\(effect)\"}"))
      }
    }
    return problems
  }
}
