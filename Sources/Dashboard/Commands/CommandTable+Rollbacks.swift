import Karmada

extension Command {
  static let rollingBack: [Command] = [
    Command(
      .rollback, "rollback plan",
      "Shows what taking the policy's templates back from Karmada would do, or the marked "
        + "bindings' only. Changes nothing.", keys: [.character("R")], keyLineRank: 35,
      disabled: { state in
        if case .none(let why) = state.rollbackTarget { why } else { nil }
      }),
    Command(
      .run, "run", "Runs the plan of this page: sets the flag and waits at the gate.", keys: [],
      in: [.text], writes: true, disabled: noPlan),
    Command(
      .confirm, "confirm", "Deletes the templates, once every Work shows the flag.", keys: [],
      in: [.list, .text], writes: true,
      disabled: { $0.rollbacks.live?.asks == nil ? "no rollback waits for you" : nil }),
    Command(
      .abort, "abort",
      "Puts a rollback back, or stops it where something has been deleted already.", keys: [],
      in: [.list, .text],
      disabled: {
        $0.rollbacks.running == nil && $0.resumableRun == nil
          ? "there is no rollback to abort" : nil
      }),
    Command(
      .resume, "resume", "Goes on with a rollback that was cut off.", keys: [],
      in: [.list, .text], writes: true,
      disabled: { $0.resumableRun == nil ? "choose an unfinished rollback first" : nil }),
    Command(
      .undo, "undo",
      "Shows how a rollback would be undone, or the last change of an override policy; of any edit in "
        + "the journal with its id, of a policy that is gone with its name.", keys: [],
      in: [.list, .text], argument: .optional("EDIT|POLICY"), argumentSuffices: true,
      disabled: {
        $0.chosenRun?.machine?.isPastReturn == true || $0.undoablePolicy != nil
          ? nil : "choose a rollback that deleted something, or an override policy"
      }),
    Command(
      .accept, "accept", "Takes a hazard of the plan upon yourself; the same again takes it back.",
      keys: [], in: [.text], argument: .required("HAZARD"), disabled: noRollbackPlan),
    Command(
      .restoreFlag, "restore flag",
      "Puts the flag back at the end where the policy still serves others.", keys: [],
      in: [.text], disabled: noRollbackPlan),
    Command(
      .keepSecrets, "keep Secrets", "Keeps Secrets' data in the journal, for undo.", keys: [],
      in: [.text], disabled: noRollbackPlan),
  ]

  private static let noRollbackPlan: @Sendable (AppState) -> String? = { state in
    if case .plan? = state.rollbackPage?.content { nil } else { "only a rollback plan has that" }
  }

  private static let noPlan: @Sendable (AppState) -> String? = { state in
    switch state.rollbackPage?.content {
    case .plan(let plan):
      if state.rollbacks.running != nil { return "one rollback at a time: the other goes on here" }
      if let first = plan.blockers.first { return "blocked by \(first.id.rawValue)" }
      if let first = plan.unaccepted.first { return "it needs :accept \(first.id.rawValue)" }
      return plan.isExecutable ? nil : "there is nothing to roll back"
    case .undoPlan(let plan):
      if state.rollbacks.running != nil { return "one rollback at a time: the other goes on here" }
      return plan.objects.isEmpty ? "nothing can be created again" : nil
    default: return "open a plan first: R"
    }
  }
}
