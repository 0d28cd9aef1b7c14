import Manifest

// What `quarterdeck override -o json` prints: a contract, documented in the README, to which things
// are only ever added.

extension SavePlan {
  /// - Parameter diff: of two manifests as text; whoever prints decides what of a Secret is shown.
  public func json(diff: (JSONValue, JSONValue) -> String) -> JSONValue {
    let name = intent.policy
    var value: JSONValue = [
      "policy": [
        "kind": .string(name.kind), "namespace": .string(name.key.namespace),
        "name": .string(name.key.name),
      ],
      "action": .string(request?.verb ?? "none"),
      "obstacle": obstacle.map { .string($0) } ?? .null,
      "confirm": .string(name.key.name),
      "diff": .string(diff(current.map(OverrideDraft.editable) ?? [:], result ?? [:])),
      "objects": .int(Int64(reach.objects)),
      "clusters": .array(reach.clusters.map { .string($0) }),
      "production": .array(production.map { .string($0) }),
      "changes": .array(
        reach.changes.flatMap { change in change.groups.map { ($0, change) } }
          .map { group, change in group.json(of: change.title, diff: diff) }),
      "heldBack": .array(
        reach.changes.filter { !$0.heldBack.isEmpty }.map { change in
          [
            "object": .string(change.title),
            "clusters": .array(change.heldBack.map { .string($0) }),
          ]
        }),
      "hazards": .array(hazards.map(\.json)),
      "problems": .array(problems.map(\.json)),
    ]
    if let undoes = intent.undoes { value["undoes"] = .string(undoes) }
    if case .contested(let merge) = standing {
      value["conflicts"] = .array(
        merge.conflicts.map { conflict in
          [
            "field": .string(FieldPath.text(conflict.pointer)), "base": conflict.base ?? .null,
            "mine": conflict.mine ?? .null, "theirs": conflict.theirs ?? .null,
          ]
        })
    }
    return value
  }
}

extension DraftPreview.Group {
  fileprivate func json(of title: String, diff: (JSONValue, JSONValue) -> String) -> JSONValue {
    var value: JSONValue = [
      "object": .string(title), "clusters": .array(clusters.map { .string($0) }),
      "change": .string(change.word),
    ]
    if let before = before.manifest, let after = after.manifest {
      value["diff"] = .string(diff(before, after))
    }
    if let failure = after.failure { value["failure"] = .string(failure.description) }
    return value
  }
}

extension DraftPreview.Change {
  fileprivate var word: String {
    switch self {
    case .changed: "changed"
    case .breaks: "breaks"
    case .mends: "mends"
    case .failsStill: "failsStill"
    }
  }
}

extension SaveHazard {
  fileprivate var json: JSONValue {
    [
      "id": .string(id), "severity": .string(severity.rawValue), "sentence": .string(sentence),
      "field": pointer.map { .string(FieldPath.text($0)) } ?? .null, "old": .bool(isOld),
      "needsAcknowledgement": .bool(needsAcknowledgement),
    ]
  }
}

extension OverrideProblem {
  fileprivate var json: JSONValue {
    [
      "source": .string(source.rawValue), "field": .string(FieldPath.text(pointer)),
      "line": line.map { .int(Int64($0)) } ?? .null, "sentence": .string(sentence),
    ]
  }
}

extension SaveReport {
  public var json: JSONValue {
    [
      "outcome": .string(outcome.rawValue), "words": .string(words),
      "action": .string(action),
      "policy": [
        "kind": .string(policy.kind), "namespace": .string(policy.key.namespace),
        "name": .string(policy.key.name),
      ],
      "edit": edit.map { .string($0) } ?? .null,
      "resourceVersion": saved?[path: "metadata", "resourceVersion"] ?? .null,
      "works": .array(cells.map(\.json)), "problems": .array(problems.map(\.json)),
    ]
  }
}

extension SaveMachine.Cell {
  fileprivate var json: JSONValue {
    let (word, why): (String, String?) =
      switch state {
      case .waiting: ("waiting", nil)
      case .agrees: ("asPredicted", nil)
      case .notApplied(let why): ("notApplied", why)
      case .differs(let why): ("differs", why)
      }
    return [
      "object": .string(title), "cluster": .string(cluster), "state": .string(word),
      "why": why.map { .string($0) } ?? .null,
    ]
  }
}
