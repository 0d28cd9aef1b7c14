import Karmada

extension Command {
  static let editing: [Command] = [
    Command(
      .edit, "edit", "Opens a form over the override policy.", keys: [.character("e")],
      keyLineRank: 56, disabled: noEditablePolicy),
    Command(
      .editor, "$EDITOR", "Opens the draft of the override policy in your own editor.",
      keys: [.character("E")], in: [.list, .form], keyLineRank: 57,
      disabled: { $0.form == nil ? noEditablePolicy($0) : nil }),
    Command(
      .newPolicy, "new policy",
      "Begins an override policy for the object under the cursor; with a member's tab open that "
        + "shows drift, one that makes the drift its override.", keys: [],
      argument: .optional("NAME"),
      disabled: { $0.selectedReference == nil ? "choose an object first" : nil }),
    Command(
      .clone, "clone", "Begins an override policy of another name with the same rules.", keys: [],
      argument: .required("NAME"),
      disabled: {
        $0.selectedOverridePolicy == nil ? "choose an override policy first" : nil
      }),
    Command(
      .draft, "draft",
      "Goes on with a draft that is kept, of this session or left behind by another; without a name "
        + "with the newest.", keys: [], argument: .optional("POLICY"),
      disabled: { $0.drafts.isEmpty ? "no draft is kept" : nil }),
    Command(
      .change, "change", "Types into the field, or adds what stands under the cursor.",
      keys: [.enter], in: [.form], keyLineRank: 10),
    Command(
      .remove, "remove", "Takes the field, overrider or rule away.",
      keys: [.character("x"), .delete], in: [.form], keyLineRank: 12),
    Command(
      .additions, "what can be added", "Shows and hides what is not there and could be.",
      keys: [.character("+"), .character("a")], in: [.form], keyLineRank: 14),
    Command(
      .duplicate, "duplicate", "Puts a copy of the rule or overrider behind it.",
      keys: [.character("d")], in: [.form]),
    Command(
      .moveUp, "move up", "Moves the rule or overrider before the one above it.",
      keys: [.character("K")], in: [.form]),
    Command(
      .moveDown, "move down", "Moves the rule or overrider behind the one below it.",
      keys: [.character("J")], in: [.form]),
    Command(
      .toRule, "to rule", "Moves the overrider into another rule, behind those of its kind there.",
      keys: [], in: [.form], argument: .required("RULE")),
    Command(
      .adoptTopLevel, "adopt top level",
      "Moves the deprecated spec.targetCluster and spec.overriders into a rule of their own, the "
        + "first.", keys: [], in: [.form],
      disabled: { state in
        let spec = state.form?.draft.value?["spec"]
        let isThere = ["targetCluster", "overriders"].contains { spec?[$0] ?? .null != .null }
        return isThere ? nil : "everything is in rules already"
      }),
    Command(
      .takeBack, "take back", "Takes the last change of the draft back.", keys: [.character("u")],
      in: [.form], keyLineRank: 20,
      disabled: { $0.form?.draft.canUndo == true ? nil : "there is no change to take back" }),
    Command(
      .redo, "redo", "Makes the change again that was taken back last.", keys: [.ctrl("r")],
      in: [.form],
      disabled: { $0.form?.draft.canRedo == true ? nil : "nothing was taken back" }),
    Command(
      .nextObject, "next object", "Looks at the next object that the policy selects.",
      keys: [.tab], in: [.form]),
    Command(
      .guide, "into a document",
      "Walks into a document that stands in a field, to the value that the rule is to change.",
      keys: [.character("f")], in: [.form], keyLineRank: 16,
      disabled: { $0.form?.sights == nil ? "the fleet has not been read yet" : nil }),
    Command(
      .canary, "canary",
      "Saves the changed rules for one cluster only; saving the draft afterwards widens them.",
      keys: [], in: [.form], argument: .required("CLUSTER")),
    Command(
      .discard, "discard", "Gives the draft up for good.", keys: [], in: [.form]),
  ]

  private static let noEditablePolicy: @Sendable (AppState) -> String? = { state in
    if state.replay != nil { return AppState.recordingRefusal }
    return state.editablePolicy == nil ? "choose an override policy first" : nil
  }
}
