import ControlPlane
import Karmada
import Manifest

/// What is known of one failover: what it came to and why, when each step was, whether the state
/// arrived. Beside the list in short, as a page with everything it was concluded from.
public struct FailoverDetail: Sendable {
  public private(set) var title = ""
  public private(set) var lines: [Line] = []
  private let state: AppState
  private let episode: Episode
  private let width: Int
  private let isWhole: Bool

  /// - Parameters:
  ///   - width: of the time axis, in columns.
  ///   - view: the page it is for, with what has been read for it; nil beside the list.
  public init(_ state: AppState, of episode: Episode, width: Int, view: TextView? = nil) {
    self.state = state
    self.episode = episode
    self.width = width
    isWhole = view != nil
    title = episode.title
    addOutcome()
    addAxis()
    addSteps()
    addState(view)
    addContext()
    if isWhole {
      addInspection(view)
      addEvidence()
    }
  }

  // MARK: What it came to

  private mutating func addOutcome() {
    let acknowledgement = state.history.acknowledgement(of: episode)
    var line: Line = [Span(episode.outcome.word, episode.outcome.role)]
    if let span = duration { line.append(Span(" " + span, .muted)) }
    lines.append(line)
    if !episode.why.isEmpty {
      lines.append([Span(episode.why, episode.needsPerson ? episode.outcome.role : .text)])
    }
    if let acknowledgement {
      let ago = Age.ago(acknowledgement.at, now: state.now)
      let by = acknowledgement.by.isEmpty ? "" : " by \(acknowledgement.by)"
      lines.append([Span("acknowledged \(ago)\(by): \(acknowledgement.reason)", .note)])
    } else if episode.needsPerson {
      let key = state.keymap.keyName(of: .acknowledge) ?? ":acknowledge"
      lines.append([Span(key, .key), Span(" acknowledges it, with a reason", .muted)])
    }
  }

  private var duration: String? {
    guard let began = episode.began else { return nil }
    if episode.isOpen { return "for \(Age.since(began, now: state.now))" }
    guard let end = episode.healthy ?? episode.finished, end.time > began else { return nil }
    return "in \(Self.seconds(end.time - began))"
  }

  // MARK: Time

  private var steps: [(name: String, moment: Moment?, what: String)] {
    let targets = episode.to.joined(separator: ", ")
    return [
      (firstStep, episode.unhealthy, episode.from),
      ("evicted", episode.evicted, episode.reason),
      ("scheduled", episode.scheduled, targets),
      ("applied", episode.applied, appliedWork), ("healthy", episode.healthy, targets),
      ("over", episode.finished, ""),
    ]
  }

  /// What began it: the workload, its cluster, or who tainted that.
  private var firstStep: String {
    guard episode.incident != nil else { return "unhealthy" }
    let cluster = "Cluster \(episode.from)"
    let isTainted = episode.evidence.contains {
      $0.subject == cluster && $0.what.hasPrefix("tainted")
    }
    return isTainted ? "tainted" : "not ready"
  }

  private var appliedWork: String {
    let subject = episode.evidence.first { $0.what == "applied" }?.subject ?? ""
    return subject.split(separator: "/").last.map { "Work \($0)" } ?? ""
  }

  private mutating func addAxis() {
    let axis = TimeAxis(
      steps.map { ($0.name, $0.moment?.time) }, open: episode.isOpen ? state.now : nil,
      width: min(width, 60))
    guard let axis else { return }
    lines.append([])
    lines.append(axis.line)
  }

  private mutating func addSteps() {
    let first = steps.lazy.compactMap(\.moment).first
    for step in steps {
      guard let moment = step.moment else {
        addMissing(step.name)
        continue
      }
      var since = "UTC"
      if let first, moment != first { since = "+" + Self.seconds(moment.time - first.time) }
      let clock = (moment.isExact ? "" : "~") + Self.clock(moment.time)
      lines.append([
        Span(Self.padded(step.name, 10), .label),
        Span(Self.padded(clock, 9), moment.isExact ? .value : .muted),
        Span(Self.padded(since, 8), .muted), Span(step.what),
      ])
    }
  }

  /// A step that nobody saw, or that has yet to come; nothing for one that does not apply.
  private mutating func addMissing(_ name: String) {
    let isToCome: Bool
    switch name {
    case "evicted": isToCome = episode.outcome == .blocked
    case "scheduled": isToCome = episode.isOpen && episode.evicted != nil
    case "healthy": isToCome = episode.isOpen && episode.scheduled != nil
    default: isToCome = false
    }
    if isToCome {
      lines.append([Span(Self.padded(name, 10), .label), Span("not yet", .muted)])
    } else if episode.isReconstructed, name != "over", name != "applied" {
      lines.append([Span(Self.padded(name, 10), .label), Span("nobody saw", .muted)])
    }
  }

  // MARK: State

  private mutating func addState(_ view: TextView?) {
    guard episode.relayed != nil || !episode.preservedLabels.isEmpty else { return }
    lines.append([])
    let head: Line =
      switch episode.relayed {
      case true?: [Span("state relayed", .good)]
      case false?: [Span("STATE NOT RELAYED", .bad)]
      case nil: [Span("state ", .label), Span("not seen to arrive", .warning)]
      }
    lines.append(head)
    for (label, value) in episode.preservedLabels.sorted(by: { $0.key < $1.key }) {
      lines.append([Span("  " + label, .label)])
      var line: Line = [Span("  " + value, .value)]
      line += onWork
      for cluster in episode.to { line += onMember(cluster, label, value, view) }
      lines.append(line)
    }
  }

  private var onWork: Line {
    switch episode.relayed {
    case true?: [Span("   on Work "), Span("✓", .good)]
    case false?: [Span("   on Work "), Span("✗", .bad)]
    case nil: [Span("   on Work ?", .muted)]
    }
  }

  /// Read from the member when the page was opened: Karmada takes the label off the Work again,
  /// and from the member with it.
  private func onMember(
    _ cluster: String, _ label: String, _ value: String, _ view: TextView?
  ) -> Line {
    if episode.relaySightings.contains(where: { $0.isOnMember && $0.cluster == cluster }) {
      return [Span("   on \(cluster) "), Span("✓", .good)]
    }
    switch view?.members[cluster] {
    case nil: return []
    // A recording has only what somebody asked for.
    case .failure? where state.replay != nil: return []
    case .failure(let error)?: return [Span("   on \(cluster): \(error.title)", .muted)]
    case .success(let object)?:
      let found = object[path: "metadata", "labels"]?.object?[label]?.string
      if found == value { return [Span("   on \(cluster) "), Span("✓", .good)] }
      let words = found.map { "is \($0)" } ?? "not any more"
      return [Span("   on \(cluster) \(words)", .muted)]
    }
  }

  // MARK: What belongs to it

  private mutating func addContext() {
    lines.append([])
    let unfollowed = state.history.unfollowedWorks
    if unfollowed > 0, episode.isOpen, episode.relayed == nil {
      field(
        "not followed", "the Works of \(unfollowed) workloads: more than can be watched", .warning)
    }
    let purge = episode.purgeMode.isEmpty ? "" : episode.purgeMode
    field("purge", purge)
    if let ends = episode.graceEnds, episode.isOpen {
      let left = ends - state.now
      let words =
        left > .zero
        ? "ends in \(Age.short(left))" : "over for \(Age.short(.zero - left))"
      field("grace", words, episode.isPastGrace(at: state.now) ? .bad : .value)
    }
    if let replicas = episode.replicas { field("replicas", "\(replicas)") }
    field("by", episode.producer)
    if let id = episode.previous, let before = state.history.episodes[id] {
      let ago = Age.since(before.evicted?.time ?? before.began, now: state.now)
      field("before", "\(FailoverRow(before).moveText) \(ago) ago, \(before.outcome.word)")
    }
    addIncident()
    for gap in gaps {
      field(
        "not watched", "\(Self.clock(gap.from)) to \(Self.clock(gap.until)): \(gap.why)", .warning)
    }
    if episode.isReconstructed {
      field("source", "read afterwards from tasks, conditions and Events", .warning)
    }
  }

  private mutating func addIncident() {
    guard let id = episode.incident else { return }
    let together = state.history.episodes.values.filter { $0.incident == id }
    let counts = Episode.Outcome.allCases.compactMap { outcome -> String? in
      let count = together.count { $0.outcome == outcome }
      return count == 0 ? nil : "\(count) \(outcome.word)"
    }
    let incident = state.history.builder.incidents(of: [episode]).first
    let end = incident?.ended.map { ", over since \(Self.clock($0.time))" } ?? ""
    field(
      "outage",
      "of \(episode.from)\(end): \(together.count) evicted, "
        + counts.joined(separator: ", "))
    guard incident?.ended == nil, let tally = state.summary.byCluster[episode.from] else { return }
    let queue = EvictionQueue(
      waiting: tally.bindings, evictions: together.compactMap { $0.evicted?.time }, now: state.now)
    let rate = queue.isMeasured ? "as seen" : "assumed"
    field(
      "queue",
      "\(queue.waiting) still on it, about \(Age.short(queue.estimate)) "
        + "(\(Self.rate(queue.rate)) a second, \(rate))")
  }

  private var gaps: [ObservationGap] {
    guard let began = episode.began else { return [] }
    let end = episode.isOpen ? state.now : episode.latest ?? began
    return state.history.builder.gaps.filter { $0.overlaps(began - .seconds(60), end) }
  }

  // MARK: On the page only

  private mutating func addInspection(_ view: TextView?) {
    guard let row = state.bindings.table.row(FailoverRow(episode).bindingKey),
      row.binding.metadata.uid == episode.binding.uid
    else {
      heading("Workload")
      lines.append([Span("  the binding is gone", .muted)])
      return
    }
    let proven = state.history.lastRelay
    guard let inspection = StateInspection(row.binding, proven: proven) else { return }
    lines += StateInspectionLines.lines(inspection, proven: proven, now: state.now)
  }

  private mutating func addEvidence() {
    guard !episode.evidence.isEmpty else { return }
    heading("Evidence")
    for one in episode.evidence {
      lines.append([
        Span("  " + Self.padded((one.at.isExact ? "" : "~") + Self.clock(one.at.time), 10), .muted),
        Span(one.subject, .label), Span("  " + one.what),
      ])
    }
  }

  // MARK: Parts

  private mutating func heading(_ text: String) {
    lines.append([])
    lines.append([Span(text, .title)])
  }

  private mutating func field(_ label: String, _ value: String, _ role: Role = .value) {
    guard !value.isEmpty else { return }
    lines.append([Span(Self.padded(label, 13), .label), Span(value, role)])
  }

  private static func padded(_ text: String, _ width: Int) -> String {
    text.count >= width ? text + " " : text + String(repeating: " ", count: width - text.count)
  }

  private static func rate(_ rate: Double) -> String {
    let tenths = Int((min(max(rate, 0), 1e6) * 10).rounded())
    return "\(tenths / 10).\(tenths % 10)"
  }

  /// "11:40:34", UTC as everything Kubernetes says.
  static func clock(_ time: Time) -> String { String(time.rfc3339.dropFirst(11).dropLast()) }

  /// "0.03s", "11.0s", "2m5s".
  static func seconds(_ span: Duration) -> String {
    let hundredths = Int((min(max(span / .seconds(1), 0), 1e9) * 100).rounded())
    if hundredths >= 12_000 { return Age.short(span) }
    if hundredths < 100 {
      return "0." + (hundredths < 10 ? "0\(hundredths)" : "\(hundredths)") + "s"
    }
    return "\(hundredths / 100).\(hundredths / 10 % 10)s"
  }
}
