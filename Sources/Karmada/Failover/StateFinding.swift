import Manifest

/// What one state-preservation rule makes of the status that one cluster reports: the label value
/// that a failover would take along, or why there is none.
///
/// As Karmada 1.12 evaluates it (util/helper/failover.go, BuildPreservedLabelState): the JSONPath
/// runs over the member's `.status`, missing keys are errors, and one rule without a value keeps
/// the whole eviction from happening (KARMADA: application failover 4).
public struct StateFinding: Hashable, Sendable {
  public enum Problem: Hashable, Sendable {
    /// The cluster has reported no status yet.
    case statusMissing
    /// The JSONPath finds nothing, or cannot be read; the evaluator's own words.
    case path(String)

    public var words: String {
      switch self {
      case .statusMissing: "the cluster has reported no status yet"
      case .path(let words): words
      }
    }
  }

  public var cluster: String
  public var rule: ResourceBinding.StatePreservationRule
  public var value: String?
  /// Nil exactly when there is a value.
  public var problem: Problem?

  public init(
    cluster: String, rule: ResourceBinding.StatePreservationRule, value: String? = nil,
    problem: Problem? = nil
  ) {
    self.cluster = cluster
    self.rule = rule
    self.value = value
    self.problem = problem
  }

  /// Evaluates a rule on a reported status; nil where the cluster has reported none.
  public init(
    _ rule: ResourceBinding.StatePreservationRule, on cluster: String, status: JSONValue?
  ) {
    self.init(cluster: cluster, rule: rule)
    guard let status, status != .null else {
      problem = .statusMissing
      return
    }
    // Karmada reads the status into a map and ignores that it does not fit.
    let document = status.object == nil ? .object(JSONObject()) : status
    do throws(JSONPath.Failure) {
      value = try JSONPath(parsing: rule.jsonPath).text(of: document)
    } catch {
      problem = .path(error.description)
    }
  }

  /// Why the value, or the rule's name for it, cannot be a label; nil when it can. Karmada 1.12
  /// does not look: the member refuses the manifest.
  public var labelComplaint: String? {
    if !LabelName.isKey(rule.aliasLabelName) {
      return "\(quoted(rule.aliasLabelName)) is no legal label name"
    }
    guard let value else { return nil }
    if value.utf8.count > 63 {
      return "the value has \(value.utf8.count) characters, a label at most 63"
    }
    return LabelName.isValue(value) ? nil : "\(quoted(value)) is no legal label value"
  }

  /// "application.karmada.io/failover-jobid ← {.jobStatus.jobID}: jobStatus is not found".
  public var sentence: String {
    let rule = "\(rule.aliasLabelName) ← \(rule.jsonPath)"
    if let problem { return "\(rule): \(problem.words)" }
    return "\(rule): \(labelComplaint ?? value ?? "")"
  }

  private func quoted(_ text: String) -> String { JSONValue.string(text).jsonText() }
}

extension ResourceBinding {
  /// Every rule of its state preservation on every cluster it is scheduled to, evaluated when
  /// the binding was read. The statuses themselves are not kept: they may be large.
  public func findings(on cluster: String) -> [StateFinding] {
    stateFindings.filter { $0.cluster == cluster }
  }
}
