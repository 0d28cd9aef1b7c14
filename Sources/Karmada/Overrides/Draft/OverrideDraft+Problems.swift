import Manifest

extension OverrideDraft {
  /// What the server would refuse, as far as it can be known without asking, each with its line.
  public var problems: [OverrideProblem] {
    switch content {
    case .unreadable(let failure):
      return [
        OverrideProblem(
          .yaml, .blocker, JSONPointer(), failure.message,
          line: failure.line > 0 ? failure.line : nil)
      ]
    case .readable(let document):
      return placed(OverrideValidation.problems(in: document.value))
    }
  }

  /// Hazards that come from this policy, at their fields.
  public func problems(of hazards: [OverrideHazard]) -> [OverrideProblem] {
    let usesTopLevel = self[JSONPointer(tokens: ["spec", "overrideRules"])]?.array?.isEmpty ?? true
    var seen: Set<OverrideProblem> = []
    return placed(
      hazards.compactMap { hazard in
        guard isPlace(hazard.place) else { return nil }
        let problem = OverrideProblem(
          .engine, hazard.severity,
          pointer(hazard, usesTopLevel: usesTopLevel), hazard.sentence, hazard: hazard.kind)
        return seen.insert(problem).inserted ? problem : nil
      })
  }

  /// Why Karmada would fail on an object, at the field that makes it; nil when another policy does.
  public func problem(of failure: OverrideFailure) -> OverrideProblem? {
    guard let place = failure.place, isPlace(place) else { return nil }
    let usesTopLevel = self[JSONPointer(tokens: ["spec", "overrideRules"])]?.array?.isEmpty ?? true
    return placed([
      OverrideProblem(
        .engine, .blocker, place.pointer(usesTopLevel: usesTopLevel), failure.what)
    ]).first
  }

  private func pointer(_ hazard: OverrideHazard, usesTopLevel: Bool) -> JSONPointer {
    switch hazard.kind {
    case .ignoredTopLevel: JSONPointer(tokens: ["spec", "overriders"])
    case .noTargetMatches:
      usesTopLevel
        ? JSONPointer(tokens: ["spec", "targetCluster"])
        : hazard.place.pointer().appending("targetCluster")
    default: hazard.place.pointer(usesTopLevel: usesTopLevel)
    }
  }

  private func isPlace(_ place: OverridePlace) -> Bool {
    place.scope == scope && place.policy == name && place.namespace == namespace
  }

  func placed(_ problems: [OverrideProblem]) -> [OverrideProblem] {
    problems.map { problem in
      var problem = problem
      problem.line = line(of: problem.pointer)
      return problem
    }
  }
}
