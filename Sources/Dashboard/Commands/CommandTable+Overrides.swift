import Karmada

extension Command {
  static let overriding: [Command] = [
    Command(
      .save, "save",
      "Saves the policy of this page: first it shows what would change and where, then it asks.",
      keys: [.ctrl("s")], in: [.text, .form], keyLineRank: 5, disabled: notToSave),
    Command(
      .acknowledgeHazard, "acknowledge", "Acknowledges the hazard that is asked about.",
      keys: [.character("a")], in: [.text], keyLineRank: 4,
      disabled: {
        $0.savePage?.openHazards.isEmpty ?? true ? "there is nothing to acknowledge" : nil
      }),
    Command(
      .chooseMine, "mine", "Of a contested policy keeps my change here.", keys: [.character("i")],
      in: [.text], keyLineRank: 6, disabled: notContested),
    Command(
      .chooseTheirs, "theirs", "Of a contested policy keeps the other's change here.",
      keys: [.character("t")], in: [.text], keyLineRank: 7, disabled: notContested),
    Command(
      .chooseBoth, "both", "Of a contested list keeps both, theirs first.", keys: [.character("b")],
      in: [.text], disabled: notContested),
    Command(
      .chooseBase, "as it was", "Of a contested policy keeps neither change here.",
      keys: [.character("o")], in: [.text], disabled: notContested),
    Command(
      .undecide, "undecide", "Takes the last decision on a contested policy back.",
      keys: [.character("u")], in: [.text],
      disabled: { $0.savePage?.choices.isEmpty ?? true ? "nothing is decided yet" : nil }),
    Command(
      .replan, "look again", "Asks the server again what saving the policy would do.",
      keys: [.character("r")], in: [.text],
      disabled: { state in
        switch state.savePage?.content {
        case nil, .loading, .running: "only a page that saves a policy has that"
        case .failed, .plan, .ended: nil
        }
      }),
    Command(
      .saveAsNew, "save as new", "Makes the policy anew that somebody has deleted.", keys: [],
      in: [.text],
      disabled: { state in
        state.savePage?.plan?.standing == .deletedByOther
          ? nil : "only a policy that somebody has deleted can be made anew"
      }),
    Command(
      .stopWatching, "stop watching",
      "Leaves the Works of a saved policy to themselves, so that another can be saved.", keys: [],
      in: [.list, .text, .form],
      disabled: { state in
        switch state.runningSave {
        case .watching: nil
        case .sending: "the policy is still on its way; it is saved before it is watched"
        case nil: "nothing is watched: no policy is being saved"
        }
      }),
    Command(
      .edits, "edits",
      "Lists the edits of override policies in the journal; :undo takes any of them.",
      keys: [], in: [.list, .text],
      disabled: { $0.replay == nil ? nil : "a recording has no journal" }),
    Command(
      .delete, "delete policy",
      "Shows what deleting the override policy would do, and asks before it does it.", keys: [],
      disabled: {
        $0.selectedOverridePolicy == nil ? "choose an override policy first" : nil
      }),
  ]

  private static let notContested: @Sendable (AppState) -> String? = { state in
    state.savePage?.nextConflict == nil ? "nothing is contested here" : nil
  }

  private static let notToSave: @Sendable (AppState) -> String? = { state in
    if let form = state.form {
      if form.isLoading { return "the policy is still being read" }
      return form.draft.isChanged ? nil : "nothing has changed"
    }
    guard let page = state.savePage else { return "there is nothing to save here" }
    switch state.runningSave {
    case .sending: return "one at a time: another policy is being saved"
    case .watching: return "the Works of a saved policy are still watched; :stop-watching ends it"
    case nil: break
    }
    return page.obstacle
  }
}
