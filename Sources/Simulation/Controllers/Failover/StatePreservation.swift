import Manifest

/// `failover.application.statePreservation`: what of a workload's status goes with it as labels
/// (1.12: pkg/util/helper, BuildPreservedLabelState).
struct StatePreservation {
  /// Alias and expression of each rule.
  let rules: [(label: String, path: String)]

  /// nil when a policy preserves nothing.
  init?(_ failover: JSONValue) {
    let given = failover[path: "statePreservation", "rules"]?.array ?? []
    guard !given.isEmpty else { return nil }
    rules = given.map { ($0["aliasLabelName"]?.string ?? "", $0["jsonPath"]?.string ?? "") }
  }

  /// Why no label state could be made. It reaches nobody but Karmada's log: the eviction does not
  /// happen, and no task and no Event says so.
  struct Obstacle: Error {
    var description: String
  }

  /// The labels that a status makes; one rule that fails fails them all.
  func labels(of status: JSONValue?) throws(Obstacle) -> [String: String] {
    guard let status, status != .null else {
      throw Obstacle(description: "the application status has not yet been collected")
    }
    var labels: [String: String] = [:]
    for rule in rules {
      do throws(JSONPath.Failure) {
        labels[rule.label] = try JSONPath(parsing: rule.path).text(of: status)
      } catch {
        throw Obstacle(description: error.description)
      }
    }
    return labels
  }
}
