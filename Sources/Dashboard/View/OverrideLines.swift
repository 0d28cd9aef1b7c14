import ControlPlane
import Karmada
import Manifest

/// The close look at one object of the Overrides pane: what is dangerous first, then how things
/// stand, then the differences, then why.
struct OverrideLines {
  private(set) var lines: [Line] = []
  private let state: AppState
  private let width: Int

  init(_ state: AppState, width: Int) {
    self.state = state
    self.width = max(20, width)
    guard let look = state.overrides.look else { return }
    guard let reading = look.reading else {
      lines = [[Span("reading template, policies and Works …", .statusLoading)]]
      return
    }
    if let why = look.staleBecause {
      add("STALE since \(look.readAt?.rfc3339 ?? "?"): \(why)", .statusStale)
      lines.append([])
    }
    switch reading.preview {
    case .failure(let obstacle): add(obstacle, reading)
    case .success(let preview):
      if let cluster = state.overrides.cluster {
        add(preview, reading, look, on: cluster)
      } else {
        add(preview, reading, look)
      }
    }
  }

  // MARK: Parts of both

  private mutating func add(_ text: String, _ role: Role) {
    lines += TextWrap.wrap([Span(text, role)], width: width)
  }

  private mutating func field(_ label: String, _ value: Line) {
    lines += TextWrap.wrap([Span(padded(label, 12), .label)] + value, width: width)
  }

  private mutating func heading(_ text: String) { lines += [[], [Span(text, .title)]] }

  /// A hazard's name and sentence; its clusters where all are looked at.
  private mutating func add(_ hazard: OverridePreview.Hazard, naming: Bool) {
    let role: Role =
      switch hazard.hazard.severity {
      case .blocker: .bad
      case .warning: .warning
      case .note: .note
      }
    var head = hazard.hazard.kind.rawValue
    if hazard.hazard.severity == .blocker { head = "! " + head }
    if naming, !hazard.clusters.isEmpty { head += " on \(Self.list(hazard.clusters, width))" }
    add("\(head): \(hazard.hazard.sentence)", role)
  }

  private mutating func add(_ obstacle: OverrideReading.Obstacle, _ reading: OverrideReading) {
    lines.append(
      obstacle.isForbidden
        ? [Span("not permitted: what the clusters get cannot be told", .statusDenied)]
        : [Span("what the clusters get cannot be told", .bad)])
    for reason in obstacle.reasons { add(reason, .text) }
    guard case .success(let works) = reading.works, !works.isEmpty else { return }
    heading("Works there are")
    for work in reading.comparisons.values.sorted(by: { $0.cluster < $1.cluster }) {
      field(work.cluster, [Span(work.isApplied ? "applied" : "not applied", .value)])
    }
  }

  /// Names as far as they go, the others counted.
  private static func list(_ names: [String], _ width: Int) -> String {
    var text = ""
    for (i, name) in names.enumerated() {
      let next = text.isEmpty ? name : text + " " + name
      if i > 0, next.count > max(24, width / 2) { return text + " and \(names.count - i) more" }
      text = next
    }
    return text
  }

  // MARK: All clusters

  private mutating func add(
    _ preview: OverridePreview, _ reading: OverrideReading, _ look: OverrideLook
  ) {
    for hazard in preview.hazards { add(hazard, naming: true) }
    if !preview.hazards.isEmpty { lines.append([]) }
    if preview.members.isEmpty {
      add("the scheduler has sent it to no cluster yet", .muted)
      return
    }
    addStop(preview)
    field("predicted", summary(preview))
    field("Works", worksSummary(preview, reading))
    addRecords(preview, reading)
    addUnknownReplicas(preview)
    guard let findings = look.findings, findings.cluster == nil else {
      lines.append([Span("comparing …", .statusLoading)])
      return
    }
    for group in findings.groups { add(group, of: findings.groups.count) }
    heading("Clusters")
    for member in preview.members { add(member, reading.comparisons[member.cluster]) }
  }

  private mutating func addStop(_ preview: OverridePreview) {
    guard let stop = preview.stopsAt, let at = preview.member(stop) else { return }
    if at.reach == .vanished {
      add("! \(stop) is no cluster any more; Karmada fails there", .bad)
    }
    let left = preview.members.compactMap { member in
      if case .notReached = member.reach { member.cluster } else { nil }
    }
    guard !left.isEmpty else { return }
    add(
      "Karmada stops at \(stop): \(Self.list(left, width)) "
        + "\(left.count == 1 ? "keeps its old Work" : "keep their old Works").", .bad)
  }

  private func summary(_ preview: OverridePreview) -> Line {
    let groups = preview.groups
    if groups.count == 1, let only = groups.first {
      let count = only.clusters.count
      return [Span(count == 1 ? "one cluster" : "all \(count) clusters get the same", .value)]
    }
    return [
      Span("\(groups.count) different manifests for \(preview.members.count) clusters", .value)
    ]
  }

  private func worksSummary(_ preview: OverridePreview, _ reading: OverrideReading) -> Line {
    if case .failure(let error) = reading.works {
      return [Span(error.description, error.kind == .forbidden ? .statusDenied : .bad)]
    }
    var (agree, differ, missing) = (0, [String](), 0)
    for member in preview.members {
      guard let work = reading.comparisons[member.cluster] else {
        missing += 1
        continue
      }
      if work.agrees {
        agree += 1
      } else if work.differences != nil {
        differ.append(member.cluster)
      }
    }
    var line: Line = [
      Span("\(agree) of \(preview.members.count) as predicted", differ.isEmpty ? .good : .value)
    ]
    if !differ.isEmpty { line.append(Span("  DIFFERS on \(Self.list(differ, width))", .bad)) }
    if missing > 0 { line.append(Span("  \(missing) without a Work", .warning)) }
    return line
  }

  /// Annotations that claim what is no longer true.
  private mutating func addRecords(_ preview: OverridePreview, _ reading: OverrideReading) {
    var claims: [String: [String]] = [:]
    for member in preview.members {
      guard let work = reading.comparisons[member.cluster] else { continue }
      for name in work.outdatedRecords {
        claims[name, default: []].append(member.cluster)
      }
    }
    for (name, clusters) in claims.sorted(by: { $0.key < $1.key }) {
      field(
        "record",
        [
          Span(
            "the Works of \(Self.list(clusters, width)) still say that \(name) was applied; it "
              + "is not. Karmada never takes that annotation away.", .warning)
        ])
    }
  }

  private mutating func addUnknownReplicas(_ preview: OverridePreview) {
    guard preview.replicasAreUnknown else { return }
    add(
      "The replicas of this kind are divided by a resource interpreter; the prediction leaves "
        + "them as they are in the template.", .note)
  }

  private mutating func add(_ group: OverrideFindings.Group, of count: Int) {
    let names = Self.list(group.clusters, width)
    let many = group.clusters.count > 1 ? "\(group.clusters.count) clusters: " : ""
    heading("Template → \(count == 1 ? "all" : many + names)\(replicas(of: group))")
    if let failure = group.failure {
      add("fails: \(failure)", .bad)
    } else if let diff = group.diff {
      addDiff(diff, same: "no override changes it")
    } else {
      lines.append([Span("  its tab shows the difference", .muted)])
    }
  }

  /// Where the scheduler divides them, clusters differ by that alone.
  private func replicas(of group: OverrideFindings.Group) -> String {
    guard let reading = state.overrides.look?.reading, let targets = reading.input?.targets,
      targets.isDivided,
      let target = targets.targets.first(where: { $0.cluster == group.clusters.first })
    else { return "" }
    return ", \(target.replicas) replicas by the scheduler"
  }

  private mutating func addDiff(_ diff: ManifestDiff, same: String) {
    if diff.isEmpty {
      lines.append([Span(same, .muted)])
    } else {
      lines += DiffLines.lines(diff, width: width, sideBySide: state.overrides.isSideBySide)
    }
  }

  private mutating func add(_ member: OverridePreview.Member, _ work: WorkComparison?) {
    var line: Line = []
    switch member.reach {
    case .updated: line.append(Span(padded("rendered", 12), .good))
    case .fails: line.append(Span(padded("FAILS", 12), .bad))
    case .notReached: line.append(Span(padded("not reached", 12), .bad))
    case .vanished: line.append(Span(padded("VANISHED", 12), .bad))
    }
    line += workWords(work)
    lines.append([Span("  " + padded(member.cluster, 16))] + line)
  }

  private func workWords(_ work: WorkComparison?) -> Line {
    guard let work else { return [Span("no Work", .warning)] }
    if work.agrees { return [Span("Work as predicted", .good)] }
    guard let differences = work.differences else { return [Span("Work as it was", .muted)] }
    return [Span("Work DIFFERS at \(differences.first.map(\.description) ?? "")", .bad)]
  }

  // MARK: One cluster

  private mutating func add(
    _ preview: OverridePreview, _ reading: OverrideReading, _ look: OverrideLook,
    on cluster: String
  ) {
    let hazards = preview.hazards.filter { $0.clusters.isEmpty || $0.clusters.contains(cluster) }
    for hazard in hazards { add(hazard, naming: false) }
    if !hazards.isEmpty { lines.append([]) }
    guard let member = preview.member(cluster) else {
      add("\(cluster) is none of its clusters", .muted)
      return
    }
    addReach(member)
    let findings = look.findings.flatMap { $0.cluster == cluster ? $0 : nil }
    addStanding(member, reading, findings)
    addUnknownReplicas(preview)
    guard let findings else {
      lines.append([Span("comparing …", .statusLoading)])
      return
    }
    if let group = findings.groups.first {
      heading("Template → predicted")
      if let failure = group.failure { add("fails: \(failure)", .bad) }
      if let diff = group.diff {
        addDiff(diff, same: "no override changes it: the template goes out as it is")
      }
    }
    if let diff = findings.workDiff {
      heading("Predicted → Work")
      addDiff(diff, same: "they differ in Karmada's own marks only")
    }
    if case .success(let drift)? = findings.drift { add(drift, hidingValues: findings.isSecret) }
    add(findings.decisions)
  }

  private mutating func addReach(_ member: OverridePreview.Member) {
    switch member.reach {
    case .updated: break
    case .fails: add("Karmada fails here, and updates no cluster after it either.", .bad)
    case .notReached(let other):
      add(
        "Karmada stops at \(other) and does not come to this cluster: its Work stays as it was.",
        .bad)
    case .vanished: add("There is no Cluster of this name any more; Karmada fails on it.", .bad)
    }
  }

  private mutating func addStanding(
    _ member: OverridePreview.Member, _ reading: OverrideReading, _ findings: OverrideFindings?
  ) {
    if case .failure(let error) = reading.works {
      field("Work", [Span(error.description, error.kind == .forbidden ? .statusDenied : .bad)])
      return
    }
    guard let work = reading.comparisons[member.cluster] else {
      field("Work", [Span("there is none for \(member.cluster)", .warning)])
      return
    }
    if work.agrees {
      field("Work", [Span("as predicted", .good), Span("  \(work.name)", .muted)])
    } else if let differences = work.differences {
      let places = differences.prefix(3).map(\.description).joined(separator: " ")
      let more = differences.count > 3 ? " and \(differences.count - 3) more" : ""
      field(
        "Work", [Span("DIFFERS from the prediction at \(places)\(more)", .bad)])
    } else {
      field("Work", [Span("nothing was predicted to compare it with", .muted)])
    }
    if !work.isApplied {
      field("applied", [Span("no: \(work.appliedMessage)", .bad)])
    }
    for name in work.outdatedRecords {
      field(
        "record",
        [
          Span(
            "the Work still says that \(name) was applied; it is not. Karmada never takes that "
              + "annotation away.", .warning)
        ])
    }
    field("member", memberWords(findings?.drift, work))
  }

  private func memberWords(_ drift: Result<MemberDrift, APIError>?, _ work: WorkComparison)
    -> Line
  {
    switch drift {
    case nil:
      return [
        work.manifest == nil
          ? Span("the Work is empty", .warning) : Span("reading …", .statusLoading)
      ]
    case .failure(let error):
      return [Span(error.description, error.kind == .forbidden ? .statusDenied : .bad)]
    case .success(let drift):
      let left = drift.leftOut.isEmpty ? "" : "  \(drift.leftOut.count) fields left out"
      return [
        drift.differences.isEmpty
          ? Span("as the Work says", .good)
          : Span("DRIFTED in \(drift.differences.count) places", .bad), Span(left, .muted),
      ]
    }
  }

  private mutating func add(_ drift: MemberDrift, hidingValues: Bool) {
    if !drift.differences.isEmpty {
      heading("Work → member")
      for difference in drift.differences.prefix(200) {
        lines.append([Span("\(difference.path)", .emphasis)])
        if hidingValues {
          lines.append([Span("  another value; a Secret's are not shown", .diffChanged)])
          continue
        }
        lines.append([Span("- " + Self.shown(difference.work), .diffRemoved)])
        lines.append([Span("+ " + Self.shown(difference.member), .diffAdded)])
      }
    }
    guard !drift.leftOut.isEmpty else { return }
    heading("Left out of Work → member")
    for why in [
      MemberDrift.LeftOut.Why.filledIn, .retained, .own, .server,
    ] {
      let paths = drift.leftOut.filter { $0.why == why }.map(\.path.description)
      if !paths.isEmpty { add("\(why.rawValue): \(paths.joined(separator: " "))", .muted) }
    }
  }

  private static func shown(_ value: JSONValue?) -> String {
    guard let value else { return "nothing" }
    let text = value.jsonText()
    return text.count <= 200 ? text : String(text.prefix(199)) + "…"
  }

  private mutating func add(_ decisions: [OverrideTrace.Decision]) {
    heading("Policies")
    if decisions.isEmpty { lines.append([Span("there is no override policy", .muted)]) }
    for decision in decisions {
      let place = decision.place
      let name = place.namespace.isEmpty ? place.policy : "\(place.namespace)/\(place.policy)"
      let kind = place.scope == .cluster ? "COP" : "OP"
      var line: Line = [Span("\(kind) \(name) ", .emphasis)]
      if let unmet = decision.unmet {
        line.append(Span("does not apply: \(unmet.sentence)", .muted))
      } else {
        line.append(Span("applies", .good))
      }
      lines += TextWrap.wrap(line, width: width)
      guard decision.rules.count > 1 else { continue }
      for (i, unmet) in decision.rules.enumerated() {
        add("  rule \(i + 1): \(unmet?.sentence ?? "applies")", unmet == nil ? .good : .muted)
      }
    }
  }

  private func padded(_ text: String, _ width: Int) -> String {
    text.count < width ? text + String(repeating: " ", count: width - text.count) : text + " "
  }
}
