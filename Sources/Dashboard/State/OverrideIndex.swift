import Karmada
import Manifest

/// Which override policies select a template, as far as its kind and name tell: what labels it has
/// a binding does not say.
struct OverrideIndex: Sendable {
  struct Match: Hashable, Sendable {
    var certain: [RowKey] = []
    var possible: [RowKey] = []
    var isEmpty: Bool { certain.isEmpty && possible.isEmpty }
  }

  private struct Kind: Hashable {
    var apiVersion: String
    var kind: String
  }
  private struct Entry {
    var policy: RowKey
    var selector: ResourceSelector
  }
  private var byKind: [Kind: [Entry]] = [:]
  /// Without a selector a policy selects everything in its scope.
  private var everything: [RowKey] = []

  init(_ policies: some Sequence<OverridePolicy>) {
    for policy in policies {
      let key = OverrideRow(policy).key
      if policy.resourceSelectors.isEmpty { everything.append(key) }
      for selector in policy.resourceSelectors {
        byKind[Kind(apiVersion: selector.apiVersion, kind: selector.kind), default: []]
          .append(Entry(policy: key, selector: selector))
      }
    }
  }

  /// Both lists in the order of their keys; what is certain is not listed as possible too.
  func match(_ resource: ObjectReference) -> Match {
    var match = Match()
    func covers(_ policy: RowKey) -> Bool {
      policy.feed == .clusterOverridePolicies
        || !resource.namespace.isEmpty && policy.object.namespace == resource.namespace
    }
    match.certain = everything.filter(covers)
    for entry in byKind[Kind(apiVersion: resource.apiVersion, kind: resource.kind)] ?? []
    where covers(entry.policy) {
      let selector = entry.selector
      guard selector.namespace.isEmpty || selector.namespace == resource.namespace else { continue }
      if !selector.name.isEmpty {
        if selector.name == resource.name { match.certain.append(entry.policy) }
      } else if selector.matchLabels.isEmpty && !selector.hasMatchExpressions {
        match.certain.append(entry.policy)
      } else {
        match.possible.append(entry.policy)
      }
    }
    match.certain = Set(match.certain).sorted()
    match.possible = Set(match.possible).subtracting(match.certain).sorted()
    return match
  }
}
