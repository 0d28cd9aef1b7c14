import Dashboard
import Karmada
import Manifest

/// Templates × clusters under a set of override policies, ready to be printed.
struct RenderReport {
  private struct Entry {
    var title: String
    var cluster: String
    var template: JSONValue
    var outcome: Result<OverrideEngine.Rendered, OverrideFailure>
    /// Only of a live control plane.
    var reach: OverridePreview.Reach?
    var work: WorkComparison?
  }

  private var entries: [Entry] = []
  private let general: [OverrideHazard]
  private let isLive: Bool

  var hasFailures: Bool {
    entries.contains { entry in
      if case .failure = entry.outcome { return true }
      return entry.reach == .vanished
    }
  }

  /// - Parameters:
  ///   - documents: templates, policies and clusters in any order; Lists are taken apart.
  ///   - wanted: names of clusters; all of those given when empty. A name without a Cluster
  ///     document stands for a cluster of which only the name is known.
  init(_ documents: [JSONValue], clusters wanted: [String]) throws {
    isLive = false
    let all = documents.flatMap(Self.unpacked)
    func of(_ kind: String) -> [JSONValue] { all.filter { $0["kind"]?.string == kind } }
    let engine = try OverrideEngine(
      decoding: of("OverridePolicy"), clusterOverridePolicies: of("ClusterOverridePolicy"))
    let known = of("Cluster").map(OverrideTarget.init(decoding:))
    let targets =
      wanted.isEmpty
      ? known
      : wanted.map { name in
        known.first { $0.name == name } ?? Self.named(name)
      }
    let others: Set<String> = ["OverridePolicy", "ClusterOverridePolicy", "Cluster"]
    let templates = all.filter { !others.contains($0["kind"]?.string ?? "") }
    guard !templates.isEmpty else {
      throw Failure("there is no template in the files: nothing to render", code: .usage)
    }
    guard !targets.isEmpty else {
      throw Failure(
        "there is no Cluster in the files: add one, or name it with --cluster", code: .usage)
    }
    general = engine.hazards(clusters: targets)
    for template in templates {
      for target in targets {
        let outcome: Result<OverrideEngine.Rendered, OverrideFailure>
        do throws(OverrideFailure) {
          outcome = .success(try engine.render(template, for: target))
        } catch {
          outcome = .failure(error)
        }
        entries.append(
          Entry(
            title: Self.title(template), cluster: target.name, template: template,
            outcome: outcome))
      }
    }
  }

  /// What was read of a live control plane. Throws where nothing can be predicted.
  init(_ readings: [OverrideReading]) throws {
    isLive = true
    var general: [OverrideHazard] = []
    for reading in readings {
      let preview: OverridePreview
      switch reading.preview {
      case .success(let found): preview = found
      case .failure(let obstacle):
        throw Failure(
          obstacle.reasons.joined(separator: "; "),
          code: obstacle.isForbidden ? .unreachable : .failed)
      }
      for hazard in preview.hazards where hazard.clusters.isEmpty { general.append(hazard.hazard) }
      for member in preview.members {
        let missing = OverrideFailure(
          .invalidResult, "there is no Cluster \(member.cluster): Karmada fails on it")
        let variant = member.variant.map { preview.variants[$0] }
        entries.append(
          Entry(
            title: Self.title(reading.question.resource), cluster: member.cluster,
            template: variant?.base ?? .null, outcome: variant?.result ?? .failure(missing),
            reach: member.reach, work: reading.comparisons[member.cluster]))
      }
    }
    self.general = general
  }

  static func title(_ reference: ObjectReference) -> String {
    let namespace = reference.namespace.isEmpty ? "" : "\(reference.namespace)/"
    return "\(reference.kind) \(namespace)\(reference.name)"
  }

  private static func unpacked(_ document: JSONValue) -> [JSONValue] {
    guard let kind = document["kind"]?.string, kind.hasSuffix("List"),
      let items = document["items"]?.array
    else { return document == .null ? [] : [document] }
    // Items of a typed list may leave out what the list says of all of them.
    return items.map { item in
      var item = item
      if item["kind"] == nil, kind != "List" { item["kind"] = .string(String(kind.dropLast(4))) }
      if item["apiVersion"] == nil { item["apiVersion"] = document["apiVersion"] }
      return item
    }
  }

  private static func named(_ name: String) -> OverrideTarget {
    var target = OverrideTarget()
    target.name = name
    return target
  }

  private static func title(_ template: JSONValue) -> String {
    let namespace = template[path: "metadata", "namespace"]?.string.map { "\($0)/" } ?? ""
    let name = template[path: "metadata", "name"]?.string ?? "?"
    return "\(template["kind"]?.string ?? "?") \(namespace)\(name)"
  }

  // MARK: Printing

  func text(_ format: RenderCommand.Format) -> String {
    switch format {
    case .json: JSONValue.array(entries.map(json)).jsonText(pretty: true) + "\n"
    case .yaml: entries.map(yaml).joined(separator: "---\n")
    case .diff: entries.map(diff).joined()
    case .explain:
      (general.map { "\($0.severity.rawValue): \($0.sentence)\n" } + entries.map(explanation))
        .joined()
    }
  }

  private func yaml(_ entry: Entry) -> String {
    let head = "# \(entry.title) on \(entry.cluster)\n"
    switch entry.outcome {
    case .success(let rendered): return head + YAML.write(Redaction.redacted(rendered.manifest))
    case .failure(let failure): return head + "# error: \(failure)\n"
    }
  }

  private func json(_ entry: Entry) -> JSONValue {
    var object: JSONObject = [
      "object": .string(entry.title), "cluster": .string(entry.cluster),
    ]
    switch entry.outcome {
    case .success(let rendered):
      object["manifest"] = Redaction.redacted(rendered.manifest)
      object["appliedOverrides"] = .array(rendered.appliedOverrides)
      object["appliedClusterOverrides"] = .array(rendered.appliedClusterOverrides)
      object["hazards"] = .array(rendered.hazards.map(Self.json))
    case .failure(let failure):
      object["error"] = .string("\(failure)")
      object["hazards"] = .array(failure.hazards.map(Self.json))
    }
    if isLive {
      object["reach"] = .string(Self.word(entry.reach))
      object["work"] = entry.work.map(Self.json) ?? .null
    }
    return .object(object)
  }

  private static func word(_ reach: OverridePreview.Reach?) -> String {
    switch reach {
    case .updated, nil: "updated"
    case .fails: "fails"
    case .notReached: "notReached"
    case .vanished: "vanished"
    }
  }

  private static func json(_ work: WorkComparison) -> JSONValue {
    [
      "name": .string(work.name),
      "agrees": work.differences.map { .bool($0.isEmpty) } ?? .null,
      "differences": .array((work.differences ?? []).map { .string($0.description) }),
      "outdatedRecords": .array(work.outdatedRecords.map { .string($0) }),
      "applied": .bool(work.isApplied),
    ]
  }

  private static func json(_ hazard: OverrideHazard) -> JSONValue {
    [
      "id": .string(hazard.kind.rawValue), "severity": .string(hazard.severity.rawValue),
      "place": .string("\(hazard.place)"), "sentence": .string(hazard.sentence),
    ]
  }

  private func diff(_ entry: Entry) -> String {
    let head = "--- \(entry.title)\n+++ \(entry.title) on \(entry.cluster)\n"
    guard case .success(let rendered) = entry.outcome else {
      if case .failure(let failure) = entry.outcome { return head + "! \(failure)\n" }
      return head
    }
    let (before, after) = Redaction.pair(entry.template, rendered.manifest)
    let diff = LineDiff(
      from: YAML.write(before, sortedKeys: isLive), to: YAML.write(after, sortedKeys: isLive))
    var lines: [String] = []
    for hunk in diff.hunks() {
      lines.append(hunk.header)
      for edit in diff.edits[hunk.edits] {
        switch edit {
        case .kept(let old, _): lines.append(" \(diff.old[old])")
        case .removed(let old): lines.append("-\(diff.old[old])")
        case .added(let new): lines.append("+\(diff.new[new])")
        }
      }
    }
    return lines.isEmpty ? "" : head + lines.joined(separator: "\n") + "\n"
  }

  private func explanation(_ entry: Entry) -> String {
    let (trace, hazards): (OverrideTrace, [OverrideHazard])
    var lines = ["\(entry.title) on \(entry.cluster)"]
    switch entry.outcome {
    case .success(let rendered): (trace, hazards) = (rendered.trace, rendered.hazards)
    case .failure(let failure):
      (trace, hazards) = (failure.trace, failure.hazards)
      lines.append("  error: \(failure)")
    }
    if isLive { lines += standing(entry) }
    for hazard in hazards { lines.append("  \(hazard.severity.rawValue): \(hazard.sentence)") }
    for decision in trace.decisions {
      let policy = decision.place.policy
      lines.append("  \(policy): \(decision.unmet.map(\.sentence) ?? "applies")")
    }
    for change in trace.changes {
      let sub = change.subPath.map { " at \($0)" } ?? ""
      lines.append("  \(change.path)\(sub) by \(change.place)")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// How a live cluster stands beside the prediction.
  private func standing(_ entry: Entry) -> [String] {
    var lines: [String] = []
    if case .notReached(let other)? = entry.reach {
      lines.append("  not reached: Karmada stops at \(other), the Work stays as it was")
    }
    guard let work = entry.work else { return lines + ["  Work: none"] }
    if work.agrees {
      lines.append("  Work \(work.name): as predicted")
    } else if let differences = work.differences {
      let places = differences.map(\.description).joined(separator: " ")
      lines.append("  Work \(work.name): DIFFERS at \(places)")
    } else {
      lines.append("  Work \(work.name): nothing was predicted to compare it with")
    }
    for name in work.outdatedRecords {
      lines.append("  Work \(work.name): still says that \(name) was applied, and it is not")
    }
    return lines
  }
}
