import Manifest

/// One manifest on its way through the policies.
struct OverrideRun {
  var manifest: JSONValue
  let isTracing: Bool
  /// A Secret's values never stand in a sentence.
  let isSecret: Bool
  private(set) var trace = OverrideTrace()
  private(set) var hazards: [OverrideHazard] = []
  private var place: OverridePlace?

  init(manifest: JSONValue, isTracing: Bool) {
    self.manifest = manifest
    self.isTracing = isTracing
    isSecret = manifest.member("kind") == "Secret"
  }

  // MARK: Rules

  mutating func apply(
    _ overriders: Overriders, of policy: OverridePolicySpec, rule: Int
  ) throws(OverrideFailure) {
    func place(_ kind: OverriderKind, _ index: Int) -> OverridePlace {
      OverridePlace(policy, rule: rule, overrider: kind, index: index)
    }
    for (i, item) in overriders.image.enumerated() {
      try step(place(.image, i)) { run throws(OverrideFailure) in try run.apply(image: item) }
    }
    for (i, item) in overriders.command.enumerated() {
      try step(place(.command, i)) { run throws(OverrideFailure) in
        try run.apply(item, to: "command")
      }
    }
    for (i, item) in overriders.args.enumerated() {
      try step(place(.args, i)) { run throws(OverrideFailure) in try run.apply(item, to: "args") }
    }
    for (i, item) in overriders.labels.enumerated() {
      try step(place(.labels, i)) { run throws(OverrideFailure) in
        try run.apply(item, to: "labels")
      }
    }
    for (i, item) in overriders.annotations.enumerated() {
      try step(place(.annotations, i)) { run throws(OverrideFailure) in
        try run.apply(item, to: "annotations")
      }
    }
    for (i, item) in overriders.field.enumerated() {
      try step(place(.field, i)) { run throws(OverrideFailure) in try run.apply(field: item) }
    }
    try step(place(.plaintext, 0)) { run throws(OverrideFailure) in
      try run.apply(plaintext: overriders.plaintext)
    }
  }

  private mutating func step(
    _ place: OverridePlace, _ work: (inout OverrideRun) throws(OverrideFailure) -> Void
  ) throws(OverrideFailure) {
    self.place = place
    let before: JSONValue? = isTracing ? .some(manifest) : .none
    do {
      try work(&self)
      try checkKind()
    } catch {
      var failure = error
      if failure.place == nil { failure.place = self.place }
      throw failure
    }
    // A field overrider has told its changes itself.
    if let before, place.overrider != .field {
      for difference in JSONDifference.between(before, manifest) {
        note(difference.path, nil, difference.before, difference.after)
      }
    }
  }

  /// After each patch Kubernetes reads the object anew, and refuses one without a kind.
  private func checkKind() throws(OverrideFailure) {
    guard case .string(let kind)? = manifest.member("kind"), !kind.isEmpty else {
      throw OverrideFailure(
        .invalidResult, "the object would be left without a kind",
        path: JSONPointer(tokens: ["kind"]))
    }
  }

  /// Applies operations to the manifest.
  mutating func patch(_ operations: [JSONPatch.Operation]) throws(OverrideFailure) {
    if operations.isEmpty { return }
    do {
      try JSONPatch(operations).apply(inPlace: &manifest)
    } catch {
      if place?.overrider == .plaintext { place?.index = error.operation ?? 0 }
      throw OverrideFailure(error, in: .invalidResult)
    }
  }

  private mutating func apply(plaintext patches: [Overriders.Patch]) throws(OverrideFailure) {
    try patch(try Overriders.operations(patches))
  }

  // MARK: What is told

  mutating func hazard(
    _ kind: OverrideHazard.Kind, _ severity: OverrideHazard.Severity, path: JSONPointer?,
    _ sentence: @autoclosure () -> String
  ) {
    guard isTracing, let place else { return }
    hazards.append(OverrideHazard(kind, severity, place, path: path, sentence()))
  }

  /// Takes a change down, and what is odd about it.
  mutating func note(
    _ path: JSONPointer, _ subPath: JSONPointer?, _ before: JSONValue?, _ after: JSONValue?
  ) {
    guard isTracing, let place else { return }
    let change = OverrideTrace.Change(
      path: path, subPath: subPath, before: before, after: after, place: place)
    noteType(change)
    noteLater(change)
    trace.changes.append(change)
  }

  private mutating func noteType(_ change: OverrideTrace.Change) {
    guard let before = change.before?.typeName, let after = change.after?.typeName, before != after
    else { return }
    let hidesValues = isSecret
    func shown(_ type: String, _ value: JSONValue?) -> String {
      hidesValues ? type : "\(type) \(value?.preview ?? "")"
    }
    hazard(
      .typeChanged, .warning, path: change.path,
      "\(change.title) was the \(shown(before, change.before)) and is now the "
        + "\(shown(after, change.after)); whoever reads it may not accept that.")
  }

  private mutating func noteLater(_ change: OverrideTrace.Change) {
    let earlier = trace.changes.last { old in
      guard !(old.place.isSameRule(as: change.place)) else { return false }
      let (a, b) = (old.fullPath, change.fullPath)
      return a == b || b.starts(with: a) || a.starts(with: b)
    }
    guard let earlier else { return }
    hazard(
      .laterRuleWins, .note, path: change.path,
      "\(change.title) was already set by \(earlier.place.ruleTitle); "
        + "\(change.place.ruleTitle) comes later and wins.")
  }

  mutating func note(
    _ policy: OverridePolicySpec, _ verdict: @autoclosure () -> OverrideTrace.Decision.Verdict,
    rules: [OverrideTrace.Unmet?]
  ) {
    guard isTracing else { return }
    trace.decisions.append(
      OverrideTrace.Decision(place: OverridePlace(policy), verdict: verdict(), rules: rules))
  }

  mutating func note(_ policy: OverridePolicySpec, _ rules: [OverrideTrace.Unmet?]) {
    guard isTracing else { return }
    if let hazard = policy.ignoredTopLevel { hazards.append(hazard) }
    if let unmet = rules.first ?? nil, !rules.contains(nil) {
      note(policy, .noRule(unmet), rules: rules)
    } else {
      note(policy, .applies, rules: rules)
    }
  }

  mutating func noteNotReached(
    _ policies: [OverridePolicySpec], after failed: OverridePolicySpec
  ) {
    for policy in policies {
      let unmet = OverrideTrace.Unmet(
        .notReached, "\(failed.title) fails before it, so Karmada never comes to it.")
      note(policy, .notReached(unmet), rules: [])
    }
  }

  /// The worst first, otherwise in the order of their cause; policies that were found not to
  /// select the object last.
  var sortedHazards: [OverrideHazard] {
    hazards.enumerated().sorted {
      $0.element.severity == $1.element.severity
        ? $0.offset < $1.offset : $0.element.severity > $1.element.severity
    }.map(\.element)
  }

  /// The failure with everything that led to it.
  mutating func finished(_ failure: OverrideFailure) -> OverrideFailure {
    var failure = failure
    place = failure.place
    let rest = "Karmada updates neither this cluster nor those after it."
    switch failure.kind {
    case .targetMissing:
      hazard(.targetMissing, .blocker, path: failure.path, "\(failure). \(rest)")
    case .invalidImage:
      hazard(.invalidImage, .blocker, path: failure.path, "\(failure). \(rest)")
    case .karmadaPanics:
      hazard(
        .karmadaPanics, .blocker, path: failure.path,
        "\(failure). Karmada's controller itself crashes on this, for every workload.")
    default: break
    }
    failure.trace = trace
    failure.hazards = sortedHazards
    return failure
  }
}

extension OverridePlace {
  fileprivate func isSameRule(as other: OverridePlace) -> Bool {
    scope == other.scope && namespace == other.namespace && policy == other.policy
      && rule == other.rule
  }

  fileprivate var ruleTitle: String {
    var place = self
    place.overrider = nil
    return place.description
  }
}

extension OverrideTrace.Change {
  fileprivate var title: String {
    subPath.map { "\($0) in \(path)" } ?? path.description
  }
  fileprivate var fullPath: [String] { path.tokens + (subPath?.tokens ?? []) }
}

extension OverrideFailure {
  /// A patch that does not fit; `kind` is for a document that is none.
  init(_ failure: JSONPatch.Failure, in kind: Kind) {
    switch failure.reason {
    case .malformed: self.init(failure.operation == nil ? kind : .invalidOverrider, "\(failure)")
    case .noParent, .missing, .outOfRange, .notAnIndex: self.init(.targetMissing, "\(failure)")
    case .notAnObject, .differs: self.init(kind, "\(failure)")
    }
    do { path = try JSONPointer(parsing: failure.path) } catch { path = nil }
    if failure.operation != nil { patch = failure }
  }
}

extension Overriders {
  /// Operations of a JSON patch. Fails on an operator that is none.
  static func operations(_ patches: [Patch]) throws(OverrideFailure) -> [JSONPatch.Operation] {
    var operations: [JSONPatch.Operation] = []
    operations.reserveCapacity(patches.count)
    for patch in patches {
      guard let kind = JSONPatch.Kind(rawValue: patch.operator), kind != .move, kind != .copy else {
        throw OverrideFailure(
          .invalidOverrider,
          "\(patch.path) has the operator \(JSONValue.string(patch.operator).jsonText()); it "
            + "must be add, remove or replace")
      }
      operations.append(JSONPatch.Operation(kind, patch.path, patch.value.asKubernetesReads))
    }
    return operations
  }
}
