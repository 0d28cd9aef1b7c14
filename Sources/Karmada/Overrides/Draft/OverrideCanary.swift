import Manifest

/// A change of a policy that reaches one cluster first and the others later.
public enum OverrideCanary {
  /// Why a change cannot begin with one cluster.
  public struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
    public var description: String
  }

  /// The new policy with each changed rule for one cluster only, and for all others what the old
  /// policy has. Saving `new` afterwards widens it to all.
  ///
  /// - Parameter old: the policy as it is; nil when it is new.
  public static func narrowed(
    _ new: JSONValue, from old: JSONValue?, to cluster: OverrideTarget
  ) throws(Failure) -> JSONValue {
    if let old, old[path: "spec", "resourceSelectors"] != new[path: "spec", "resourceSelectors"] {
      throw Failure(
        description: "resourceSelectors are different: that reaches every cluster at once; "
          + "change them by themselves first")
    }
    for key in ["targetCluster", "overriders"] {
      let (before, after) = (old?[path: "spec", key] ?? [:], new[path: "spec", key] ?? [:])
      guard before == after else {
        throw Failure(
          description: "spec.\(key) is different, and is no rule; move it into one first")
      }
    }
    let before = old?[path: "spec", "overrideRules"]?.array ?? []
    let after = new[path: "spec", "overrideRules"]?.array ?? []
    var rules: [JSONValue] = []
    var (i, j, reaches) = (0, 0, false)
    for match in RulePairs.matches(before, after) + [(before.count, after.count)] {
      for rule in before[i..<match.0] {
        reaches = try isFor(cluster, rule) || reaches
        if let others = excluding(cluster.name, rule) { rules.append(others) }
      }
      for rule in after[j..<match.1] {
        guard try isFor(cluster, rule) else { continue }
        rules.append(only(cluster.name, rule))
        reaches = true
      }
      if match.1 < after.count { rules.append(after[match.1]) }
      (i, j) = (match.0 + 1, match.1 + 1)
    }
    guard reaches else {
      throw Failure(description: "none of the changed rules is for \(cluster.name)")
    }
    var value = new
    value["spec"]?["overrideRules"] = .array(rules)
    return value
  }

  private static func isFor(
    _ cluster: OverrideTarget, _ rule: JSONValue
  ) throws(Failure) -> Bool {
    do {
      let policy = try OverridePolicySpec(
        decoding: ["spec": ["overrideRules": [rule]]], scope: .cluster)
      return policy.rules.allSatisfy { $0.targetCluster?.unmet(by: cluster) == nil }
    } catch {
      throw Failure(description: "\(error)")
    }
  }

  private static func only(_ cluster: String, _ rule: JSONValue) -> JSONValue {
    var rule = rule
    rule["targetCluster"] = ["clusterNames": [.string(cluster)]]
    return rule
  }

  /// nil when the rule is for no other cluster anyway.
  private static func excluding(_ cluster: String, _ rule: JSONValue) -> JSONValue? {
    if rule[path: "targetCluster", "clusterNames"] == [.string(cluster)] { return nil }
    var rule = rule
    var target = rule["targetCluster"] ?? [:]
    if target == .null { target = [:] }
    var excluded = target["exclude"]?.array ?? []
    if !excluded.contains(.string(cluster)) { excluded.append(.string(cluster)) }
    target["exclude"] = .array(excluded)
    rule["targetCluster"] = target
    return rule
  }
}

/// Which rules of two policies are the same.
enum RulePairs {
  static func matches(_ old: [JSONValue], _ new: [JSONValue]) -> [(Int, Int)] {
    var found: [(Int, Int)] = []
    var from = 0
    for (i, rule) in old.enumerated() {
      guard let j = new[from...].firstIndex(of: rule) else { continue }
      found.append((i, j))
      from = j + 1
    }
    return found
  }
}
