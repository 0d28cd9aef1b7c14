import ControlPlane
import Karmada
import Manifest

// What is done within the form over an override policy.

extension AppState {
  mutating func performInForm(_ id: CommandID, _ argument: String) -> [Effect] {
    if let effects = performInWalk(id) { return effects }
    switch id {
    case .guide: return startGuide()
    case .edit: return editablePolicy.map { openForm($0) } ?? []
    case .editor: return openEditor()
    case .draft: return openKeptDraft(argument)
    case .discard: return discardDraft()
    case .newPolicy: return openNew(argument)
    case .clone: return clone(as: argument)
    case .canary: return startCanary(argument)
    case .change: return startChanging()
    case .additions:
      let height = layout.formHeight
      changeForm { page in
        let pointer = page.row?.pointer
        page.showsAdditions.toggle()
        page.refresh()
        if let pointer { page.select(pointer) }
        page.look()
        page.reveal(height: height)
      }
    case .nextObject: changeForm { $0.moveObject() }
    case .nextCluster: changeForm { $0.moveCluster(by: 1) }
    case .previousCluster: changeForm { $0.moveCluster(by: -1) }
    case .remove: return changeDraft { page in try page.draft.remove(try page.chosen()) }
    case .duplicate: return changeDraft { page in try page.draft.duplicate(try page.chosen()) }
    case .moveUp: return moveElement(by: -1)
    case .moveDown: return moveElement(by: 1)
    case .toRule: return moveOverrider(to: argument)
    case .adoptTopLevel: return changeDraft { page in try page.draft.adoptTopLevel() }
    case .takeBack: return changeDraft { page in _ = page.draft.undo() }
    case .redo: return changeDraft { page in _ = page.draft.redo() }
    default: break
    }
    return []
  }

  /// Makes a change; what cannot be done is said, and nothing has changed then.
  mutating func changeDraft(
    _ change: (inout FormPage) throws -> Void
  ) -> [Effect] {
    var complaint: String?
    changeForm { page in
      page.draft.endTyping()
      do { try change(&page) } catch { complaint = "\(error)" }
    }
    if let complaint {
      message = StatusMessage(.error, complaint)
      return []
    }
    return followDraft()
  }

  private mutating func moveElement(by step: Int) -> [Effect] {
    changeDraft { page in
      let pointer = try page.chosen()
      guard let last = pointer.tokens.last, let index = Int(last) else {
        throw OverrideDraftFailure(.missing, "only an element of a list can be moved")
      }
      try page.draft.move(pointer, to: index + step)
      page.refresh()
      page.select(
        JSONPointer(tokens: pointer.tokens.dropLast() + [String(index + step)]))
    }
  }

  /// - Parameter rule: as the form numbers them, from 1.
  private mutating func moveOverrider(to rule: String) -> [Effect] {
    changeDraft { page in
      guard let overrider = OverrideDraft.overrider(at: try page.chosen()) else {
        throw OverrideDraftFailure(.missing, "put the cursor on an overrider, or below it")
      }
      let rules = page.draft.ruleCount
      guard let number = Int(rule), 1...max(1, rules) ~= number else {
        throw OverrideDraftFailure(.missing, "there is no rule \(rule); there are \(rules)")
      }
      try page.draft.moveOverrider(
        overrider.kind, overrider.index, ofRule: overrider.rule, toRule: number - 1)
      page.refresh()
      let list = OverrideDraft.pointer(rule: number - 1, overrider.kind)
      let last = (page.draft[list]?.array?.count ?? 1) - 1
      page.select(list.appending(String(last)))
    }
  }

  // MARK: Changing a field

  /// Enter: types into a field, adds what is not there, goes on where there is nothing to type.
  private mutating func startChanging() -> [Effect] {
    guard let page = form, let row = page.row else { return [] }
    switch row.kind {
    case .group, .unknown:
      message = StatusMessage(.info, "its fields stand below it; x takes it away, + shows more")
      return []
    case .field: return startTyping(row.pointer)
    case .addition: return add(row)
    }
  }

  /// - Parameter before: the text that Esc puts back; without one, as it is now.
  private mutating func startTyping(_ pointer: JSONPointer, before: String? = nil) -> [Effect] {
    guard let page = form else { return [] }
    changeForm { $0.draft.endTyping() }
    overlays.append(
      .prompt(
        Prompt(
          .field(pointer, before: before ?? page.draft.text), text: page.draft.typed(at: pointer))))
    return []
  }

  private mutating func add(_ row: OverrideForm.Row) -> [Effect] {
    let pointer = row.pointer
    // A key of one's own choice comes before its value.
    if pointer.tokens.last == "" {
      overlays.append(.prompt(Prompt(.key(JSONPointer(tokens: pointer.tokens.dropLast())))))
      return []
    }
    switch row.field.shape {
    case .text, .any, .choice:
      if row.isElement {
        let list = JSONPointer(tokens: pointer.tokens.dropLast())
        let before = form?.draft.text
        let effects = changeDraft { page in
          try page.draft.add("", to: list)
          page.refresh()
          page.select(pointer)
        }
        return effects.isEmpty ? [] : effects + startTyping(pointer, before: before)
      }
      return startTyping(pointer)
    case .object, .list, .pairs:
      return changeDraft { page in
        if row.isElement {
          try page.draft.add(to: JSONPointer(tokens: pointer.tokens.dropLast()))
        } else if case .list = row.field.shape {
          try page.draft.add(to: pointer)
        } else {
          try page.draft.set(row.field.blank, at: pointer)
        }
        page.refresh()
        page.select(pointer)
      }
    }
  }

  /// The field follows each key.
  mutating func follow(_ prompt: Prompt, _ pointer: JSONPointer) -> [Effect] {
    var complaint: String?
    changeForm { page in
      let value = page.draft.value(typed: prompt.text, at: pointer)
      do { try page.draft.set(value, at: pointer, isTyping: true) } catch {
        complaint = "\(error)"
      }
    }
    if let complaint { message = StatusMessage(.error, complaint) }
    return followDraft()
  }

  /// Esc: the field is as it was.
  mutating func takeTypingBack(before: String) -> [Effect] {
    changeForm { page in
      page.draft.endTyping()
      // What was typed, and what was added to type into.
      for _ in 0..<2 where page.draft.text != before { page.draft.undo() }
    }
    return followDraft()
  }

  /// Enter. What could not follow the keys because its place cannot be changed stays in the prompt,
  /// with the reason: it must not go without a word.
  mutating func finishTyping(
    _ pointer: JSONPointer, before: String, text: String
  ) -> [Effect] {
    var complaint: String?
    changeForm { page in
      if page.draft.typed(at: pointer) != text {
        let value = page.draft.value(typed: text, at: pointer)
        do { try page.draft.set(value, at: pointer, isTyping: true) } catch {
          complaint = "\(error)"
          return
        }
      }
      page.draft.endTyping()
      page.select(pointer)
    }
    if let complaint {
      message = StatusMessage(.error, complaint)
      overlays.append(.prompt(Prompt(.field(pointer, before: before), text: text)))
      return []
    }
    return followDraft()
  }

  /// The key of a pair is there; its value comes next.
  mutating func finishKey(_ key: String, of parent: JSONPointer) -> [Effect] {
    guard !key.isEmpty else { return [] }
    let pointer = parent.appending(key)
    let before = form?.draft.text
    let effects = changeDraft { page in
      guard page.draft[pointer] == nil else {
        throw OverrideDraftFailure(.missing, "\(key) is there already")
      }
      try page.draft.set("", at: pointer)
      page.refresh()
      page.select(pointer)
    }
    return effects.isEmpty ? [] : effects + startTyping(pointer, before: before)
  }

  /// What could stand where somebody types.
  func candidates(at pointer: JSONPointer, typed: String) -> [String] {
    guard let page = form, let fleet = page.sights?.fleet else { return [] }
    return OverrideCompletion(fleet, for: page.draft).candidates(at: pointer, typed: typed)
      .map(\.text)
  }

  // MARK: $EDITOR

  /// The same draft in the operator's own editor; from the list, the form is opened first.
  private mutating func openEditor() -> [Effect] {
    guard let page = form else {
      guard let policy = editablePolicy else { return [] }
      let effects = openForm(policy)
      message = StatusMessage(.info, "E again opens it in your editor")
      return effects
    }
    guard !page.isLoading, inEditor == nil else { return [] }
    changeForm { $0.draft.endTyping() }
    var stored = StoredDraft(
      page.draft, of: page.policy, server: connection.endpoint.server, at: now)
    stored.origin = page.origin
    inEditor = DraftInEditor(token: page.token, draft: stored)
    return [.override(.edit(token: page.token, stored))]
  }

  // MARK: New policies

  /// From the object under the cursor, or from what a member has and should not have.
  private mutating func openNew(_ name: String) -> [Effect] {
    guard var draft = newDraft else { return [] }
    if !name.isEmpty {
      do { draft = try draft.clone(name: name) } catch {
        message = StatusMessage(.error, "\(error)")
        return []
      }
    }
    let effects = openForm(new: draft)
    if isDriftOfSecret {
      message = StatusMessage(
        .info,
        "no drift of a Secret is made an override: its values would stand in the policy for all to "
          + "read")
    }
    return effects
  }

  /// The tab of a member that has the Secret under the cursor is open.
  private var isDriftOfSecret: Bool {
    guard pane == .overrides, selectedReference?.kind == "Secret",
      let cluster = overrides.cluster, case .success? = overrides.look?.members[cluster]
    else { return false }
    return true
  }

  /// nil where no object is under the cursor.
  var newDraft: OverrideDraft? {
    guard let reference = selectedReference else { return nil }
    if pane == .overrides, let cluster = overrides.cluster, let look = overrides.look,
      case .success(let member)? = look.members[cluster],
      case .success(let preview)? = look.reading?.preview,
      let predicted = preview.variant(of: cluster)?.manifest,
      let drift = OverrideDraft(drift: member, from: predicted, on: cluster)
    {
      return drift
    }
    var metadata: JSONValue = ["name": .string(reference.name)]
    if !reference.namespace.isEmpty { metadata["namespace"] = .string(reference.namespace) }
    return OverrideDraft(
      newFor: [
        "apiVersion": .string(reference.apiVersion), "kind": .string(reference.kind),
        "metadata": metadata,
      ], clusters: pane == .overrides ? [overrides.cluster].compactMap { $0 } : [])
  }

  // MARK: Saving

  /// ctrl-s in the form: the page that shows what saving would do.
  mutating func openSaveOfForm() -> [Effect] {
    intentOfForm().map { openSave(.save($0)) } ?? []
  }

  /// What saving the form means; nil, and said why, while its text cannot be read or names no
  /// policy. A policy that is there keeps its name, a new one is called as its text says by now.
  private mutating func intentOfForm() -> SaveIntent? {
    guard let page = form else { return nil }
    changeForm { $0.draft.endTyping() }
    guard var intent = SaveIntent(saving: page.draft) else {
      message = StatusMessage(
        .error, page.draft.failure.map { "\($0): E goes on" } ?? "the draft names no policy")
      return nil
    }
    if !page.isNew { intent.policy = page.policy }
    return intent
  }

  /// The changed rules for one cluster only; saving the draft itself afterwards widens them.
  private mutating func startCanary(_ name: String) -> [Effect] {
    guard let intent = intentOfForm(), let wanted = intent.wanted else { return [] }
    guard let cluster = form?.sights?.fleet.clusters.first(where: { $0.name == name }) else {
      message = StatusMessage(.error, "there is no cluster \(name)")
      return []
    }
    do throws(OverrideCanary.Failure) {
      let narrow = try OverrideCanary.narrowed(wanted, from: intent.base, to: cluster)
      return openSave(
        .save(SaveIntent(policy: intent.policy, base: intent.base, wanted: narrow)))
    } catch {
      message = StatusMessage(.error, "\(error)")
      return []
    }
  }
}

extension FormPage {
  /// The field or element under the cursor, if there is one.
  fileprivate func chosen() throws(OverrideDraftFailure) -> JSONPointer {
    guard let row, row.kind != .addition else {
      throw OverrideDraftFailure(.missing, "there is nothing here yet; Enter adds it")
    }
    return row.pointer
  }
}
