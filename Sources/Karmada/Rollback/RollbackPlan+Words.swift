import Manifest

extension RollbackPlan {
  /// What will happen, in one sentence.
  public var sentence: String {
    let goes = Self.counted(templates.count, "template")
    let stays = members.count { !outlives($0) }
    let places = Self.counted(Set(members.map(\.cluster)).count, "cluster")
    return "Delete \(goes) of \(scope.policy.title) from the control plane; "
      + "\(Self.counted(stays, "object")) in \(places) stay where they are and are no longer "
      + "Karmada's."
  }

  private func outlives(_ member: Member) -> Bool {
    dependents.contains { $0.object.identity == member.object.identity && $0.outlivesRollback }
  }

  static func counted(_ count: Int, _ noun: String) -> String {
    "\(count) \(noun)\(count == 1 ? "" : "s")"
  }

  /// Hazards of one kind and gravity, told together: a hundred Works that do not show the flag yet
  /// must not hide the one thing that matters.
  public struct HazardGroup: Hashable, Sendable {
    /// The first of them.
    public var first: RollbackHazard
    public var count: Int
    /// "Work a/b" or "Work a/b, Work a/c and 31 more"
    public var subjects: String
  }

  /// The gravest first.
  public var hazardGroups: [HazardGroup] {
    var groups: [HazardGroup] = []
    var names: [[String]] = []
    for hazard in hazards {
      if let last = groups.indices.last, groups[last].first.id == hazard.id,
        groups[last].first.severity == hazard.severity, hazard.severity != .blocker
      {
        groups[last].count += 1
        names[last].append(hazard.subject)
      } else {
        groups.append(HazardGroup(first: hazard, count: 1, subjects: ""))
        names.append([hazard.subject])
      }
    }
    for i in groups.indices { groups[i].subjects = RollbackHazards.listed(names[i]) }
    return groups
  }

  /// The contract of `rollback plan -o json`.
  public var json: JSONValue {
    [
      "policy": policyJSON,
      "sentence": .string(sentence),
      "templates": .array(templates.map(Self.json)),
      "clusters": .array(
        clusters.map {
          ["name": .string($0.name), "ready": .bool($0.isReady), "reason": .string($0.reason)]
        }),
      "works": .array(works.map(Self.json)),
      "dependents": .array(dependents.map(Self.json)),
      "members": .array(members.map(Self.json)),
      "overrides": .array(overrides.map { .string($0) }),
      "hazards": .array(
        hazards.map { hazard in
          [
            "id": .string(hazard.id.rawValue), "severity": .string(hazard.severity.rawValue),
            "subject": .string(hazard.subject), "evidence": .string(hazard.evidence),
            "remedy": .string(hazard.remedy), "needsAcceptance": .bool(hazard.needsAcceptance),
            "accepted": .bool(options.accepted.contains(hazard.id)),
          ]
        }),
      "executable": .bool(isExecutable),
    ]
  }

  private var policyJSON: JSONValue {
    var json = scope.policy.json
    json["uid"] = .string(policy.uid)
    json["preserveResourcesOnDeletion"] = policy.flag.map { .bool($0) } ?? .null
    json["lazy"] = .bool(policy.isLazy)
    return json
  }

  private static func json(_ template: Template) -> JSONValue {
    var json = template.object.fullJSON
    json["resourceVersion"] = .string(template.resourceVersion)
    json["binding"] = template.binding.map { .string("\($0)") } ?? .null
    json["clusters"] = .array(template.clusters.map { .string($0) })
    return json
  }

  private static func json(_ work: Work) -> JSONValue {
    [
      "namespace": .string(work.key.namespace), "name": .string(work.key.name),
      "cluster": .string(work.cluster), "resource": work.object.json,
      "preserveResourcesOnDeletion": .bool(work.preserves), "dependent": .bool(work.isDependent),
    ]
  }

  private static func json(_ dependent: Dependent) -> JSONValue {
    var json = dependent.object.fullJSON
    json["requiredBy"] = .array(dependent.neededBy.map { .string("\($0)") })
    json["sharedWith"] = .array(dependent.sharedWith.map { .string("\($0)") })
    json["clusters"] = .array(dependent.clusters.map { .string($0) })
    return json
  }

  private static func json(_ member: Member) -> JSONValue {
    var json = member.object.json
    json["cluster"] = .string(member.cluster)
    json["uid"] = member.object.uid.isEmpty ? .null : .string(member.object.uid)
    json["state"] = .string(member.state.rawValue)
    json["why"] = .string(member.why)
    return json
  }

  /// For an incident channel.
  public var markdown: String {
    var lines = ["## Rollback plan: \(scope.policy.title)", "", sentence, ""]
    lines += Self.section(
      "Hazards", ["Severity", "Hazard", "What", "Seen", "What would clear it"],
      hazards.map { [$0.severity.rawValue, $0.id.rawValue, $0.subject, $0.evidence, $0.remedy] })
    lines += Self.section(
      "Templates", ["Template", "Clusters"],
      templates.map { [$0.object.title, $0.clusters.joined(separator: ", ")] })
    lines += Self.section(
      "Go with them", ["Object", "Also needed by"],
      dependents.map {
        [$0.object.title, $0.sharedWith.map(\.description).joined(separator: ", ")]
      })
    lines.append(
      blockers.isEmpty
        ? "It can be run." : "**It cannot be run: \(Self.counted(blockers.count, "blocker")).**")
    return lines.joined(separator: "\n") + "\n"
  }

  static func section(_ title: String, _ heads: [String], _ rows: [[String]]) -> [String] {
    guard !rows.isEmpty else { return [] }
    func row(_ cells: [String]) -> String {
      let safe = cells.map { cell in
        String(cell.map { $0 == "|" ? "¦" : $0.isNewline ? " " : $0 })
      }
      return "| " + safe.joined(separator: " | ") + " |"
    }
    return ["### \(title)", "", row(heads), row(heads.map { _ in "---" })] + rows.map(row) + [""]
  }
}

extension RollbackReport {
  /// The contract of `rollback run -o json`, its last line.
  public var json: JSONValue {
    [
      "outcome": .string(outcome.rawValue), "run": .string(run), "policy": scope.policy.json,
      "summary": .string(summary), "flag": .string(flag),
      "templates": .array(
        templates.map { template in
          var json = template.object.fullJSON
          json["state"] = .string(template.state.rawValue)
          json["why"] = .string(template.why)
          return json
        }),
      "members": .array(
        members.map { member in
          [
            "cluster": .string(member.cluster), "apiVersion": .string(member.object.apiVersion),
            "kind": .string(member.object.kind), "namespace": .string(member.object.namespace),
            "name": .string(member.object.name),
            "uidBefore": member.object.uid.isEmpty ? .null : .string(member.object.uid),
            "uidAfter": member.uidAfter.map { .string($0) } ?? .null,
            "managed": member.isManaged.map { .bool($0) } ?? .null,
            "verdict": .string(member.verdict.rawValue), "why": .string(member.why),
          ]
        }),
      "stragglers": .array(
        stragglers.map { ["subject": .string($0.subject), "why": .string($0.why)] }),
      "resumable": .bool(isResumable), "advice": .string(advice),
    ]
  }

  /// For an incident channel.
  public var markdown: String {
    var lines = ["## Rollback \(outcome.rawValue): \(scope.policy.title)", "", summary, ""]
    let open = templates.filter { $0.state != .deleted && $0.state != .created }
    lines += RollbackPlan.section(
      "Still there", ["Template", "State", "Why"],
      open.map { [$0.object.title, $0.state.rawValue, $0.why] })
    lines += RollbackPlan.section(
      "Does not go", ["What", "Why"], stragglers.map { [$0.subject, $0.why] })
    lines += RollbackPlan.section(
      "Members", ["Cluster", "Object", "Verdict", "uid", "Why"],
      members.map {
        [$0.cluster, $0.object.title, $0.verdict.rawValue, $0.uidAfter ?? "", $0.why]
      })
    lines.append("Flag: \(flag). Run: `\(run)`.")
    if !advice.isEmpty { lines += ["", "Next: `\(advice)`"] }
    return lines.joined(separator: "\n") + "\n"
  }
}

extension PolicyReference {
  var json: JSONValue {
    [
      "kind": .string(kind), "namespace": .string(key.namespace), "name": .string(key.name),
    ]
  }
}

extension ObjectReference {
  /// With its uid.
  var fullJSON: JSONValue {
    var json = json
    json["uid"] = .string(uid)
    return json
  }
}
