import ControlPlane
import Manifest

/// What Karmada 1.12's API server does to a write before it stores it: schemas and their
/// defaults, then the webhooks that fill in, then what schemas refuse, then the webhooks that
/// refuse. In the order of a real API server, so that the first refusal is the same one.
public enum KarmadaAdmission {
  /// How long a policy tolerates clusters that are not ready or unreachable, unless it says
  /// otherwise: karmada-webhook's flags of the same names.
  public struct Tolerations: Hashable, Sendable {
    public var notReadySeconds: Int
    public var unreachableSeconds: Int

    public init(notReadySeconds: Int = 300, unreachableSeconds: Int = 300) {
      self.notReadySeconds = notReadySeconds
      self.unreachableSeconds = unreachableSeconds
    }
  }

  public static func rules(tolerations: Tolerations = .init()) -> [AdmissionRule] {
    [
      .schemaDefaults, .kubernetesDefaults,
      .fillsIn(.propagationPolicies, tolerations),
      .fillsIn(.clusterPropagationPolicies, tolerations),
      .fillsIn(.overridePolicies, tolerations), .fillsIn(.resourceBindings, tolerations),
      .fillsIn(.clusterResourceBindings, tolerations), .fillsIn(.works, tolerations),
      .schemaValidation, .fieldsThatStay, .clusterValidation,
      .refuses(.propagationPolicies), .refuses(.clusterPropagationPolicies),
      .refuses(.overridePolicies), .refuses(.clusterOverridePolicies), .deletionProtection,
    ]
  }

  /// Finds what `fieldValidation=Strict` refuses.
  public static let unknownFields = FieldCheck { type, value in
    var unknown: [String] = []
    _ = KarmadaSchema.of(type)?.pruned(value, unknown: &unknown)
    return unknown.sorted()
  }
}

extension ObjectStore {
  /// Makes it Karmada's own API server: from now on writes meet Karmada's admission.
  public mutating func enforceKarmada(tolerations: KarmadaAdmission.Tolerations = .init()) {
    admission = KarmadaAdmission.rules(tolerations: tolerations)
    fieldChecks = [KarmadaAdmission.unknownFields]
  }
}

extension ObjectStore {
  /// Makes it the API server of a member: Kubernetes' own rules, and no Karmada's.
  public mutating func enforceKubernetes() {
    admission = [.kubernetesDefaults, .fieldsThatStay]
  }
}

extension AdmissionRequest {
  /// Creating or changing the object itself, not its status.
  var isWrite: Bool { operation != .delete && subresource.isEmpty }
}

extension AdmissionRule {
  /// Drops what the schema does not know and sets what it has a value for.
  static let schemaDefaults = AdmissionRule("schema defaults") {
    (request, _) throws(StatusError) in
    guard request.operation != .delete, let schema = KarmadaSchema.of(request.type) else {
      return
    }
    var unknown: [String] = []
    request.object = schema.completed(schema.pruned(request.object, unknown: &unknown))
  }

  /// 422 for what does not fit the schema of a custom resource.
  static let schemaValidation = AdmissionRule("schema") { (request, _) throws(StatusError) in
    guard request.operation != .delete, request.type.origin == .custom,
      let schema = KarmadaSchema.of(request.type)
    else { return }
    let problems = schema.problems(request.object)
    guard problems.isEmpty else { throw .invalid(request.type, request.name, problems) }
  }

  /// A webhook that fills in what was left out.
  fileprivate static func fillsIn(
    _ api: APIResource, _ tolerations: KarmadaAdmission.Tolerations
  ) -> AdmissionRule {
    let webhook = Webhook(path: "/mutate-\(api.kind.lowercased())") {
      $0.isWrite && $0.type.api == api
    }
    return AdmissionRule(name(of: api), webhook: webhook) {
      (request, random) throws(StatusError) in
      try PolicyDefaults.fill(in: &request, tolerations: tolerations)
      try permanentIDs.review(&request, &random)
    }
  }

  /// A webhook that refuses what the schema cannot.
  fileprivate static func refuses(_ api: APIResource) -> AdmissionRule {
    let name = name(of: api)
    let webhook = Webhook(path: "/validate-\(api.kind.lowercased())") {
      $0.isWrite && $0.type.api == api
    }
    return AdmissionRule(name, webhook: webhook) { (request, _) throws(StatusError) in
      let complaints = PolicyValidation.complaints(about: request)
      guard let first = complaints.first else { return }
      throw .denied(
        byWebhook: name,
        complaints.count == 1 ? first : "[\(complaints.joined(separator: ", "))]")
    }
  }

  /// "propagationpolicy.karmada.io"
  private static func name(of api: APIResource) -> String {
    "\(api.kind.lowercased()).karmada.io"
  }

  private static let protectionLabel = "resourcetemplate.karmada.io/deletion-protected"

  /// Whatever carries the label may be deleted only after it is taken off.
  static let deletionProtection = AdmissionRule(
    "resourcedeletionprotection.karmada.io",
    webhook: Webhook(path: "/validate-resourcedeletionprotection") { request in
      request.operation == .delete
        && request.oldObject[path: "metadata", "labels"]?[protectionLabel] != nil
    }
  ) { (request, _) throws(StatusError) in
    guard request.oldObject[path: "metadata", "labels"]?[protectionLabel] == "Always" else {
      return
    }
    throw .denied(
      byWebhook: "resourcedeletionprotection.karmada.io",
      "This resource is protected, please make sure to remove the label: \(protectionLabel)")
  }
}
