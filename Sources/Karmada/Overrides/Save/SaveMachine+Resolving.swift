import Manifest

// What became of a change that was sent: the server said no, or nothing at all.

extension SaveMachine {
  // MARK: The server said no

  mutating func take(_ failure: SaveFailure, at now: Time) -> SaveAction {
    switch failure.kind {
    case .conflict:
      if case .create? = plan.request {
        return finish(
          .changed,
          "somebody has made a policy of this name in this very moment; nothing was changed")
      }
      return finish(
        .changed,
        "somebody has changed the policy in this very moment; nothing was changed. Look at it again"
      )
    case .missing:
      switch plan.request {
      case .delete?: return converge(from: nil, at: now)
      // Of a policy that is to be made nothing is missing but its namespace.
      case .create?: return finish(refusedBy: failure)
      case .update?, nil:
        return finish(.changed, "somebody has deleted the policy in this very moment")
      }
    case .refused: return finish(refusedBy: failure)
    case .forbidden: return finish(.notPermitted, "\(failure)")
    case .busy: return finish(.unreachable, "\(failure); nothing was changed")
    case .unanswered:
      let action = enter(.resolving, .look, at: now)
      trouble = "no answer (\(failure.message)): looking what became of it"
      return action
    }
  }

  /// At its fields.
  private mutating func finish(refusedBy failure: SaveFailure) -> SaveAction {
    finish(.refused, failure.message, problems: plan.problems(of: failure))
  }

  // MARK: No answer came

  mutating func lookAgain(after failure: SaveFailure, at now: Time) -> SaveAction {
    trouble = failure.message
    guard now - phaseBegan < patience.connection else {
      return finish(
        .unknown,
        "nobody knows whether it was done: no answer to the change, and none since "
          + "(\(failure.message)). Look at the policy before you save again")
    }
    return .wait(patience.interval)
  }

  /// The change went out and no answer came; the policy tells what became of it.
  mutating func resolve(_ policy: JSONValue?, at now: Time) -> SaveAction {
    switch plan.request {
    case .delete(let uid, _)?:
      guard let policy, policy[path: "metadata", "uid"]?.string == uid,
        policy[path: "metadata", "deletionTimestamp"] ?? .null == .null
      else { return converge(from: nil, at: now) }
    case .create?, .update?:
      guard let policy else {
        guard plan.current != nil else { break }
        return finish(
          .unknown,
          "no answer came, and the policy is gone: nobody knows whether this was in it before")
      }
      if says(policy) { return converge(from: policy, at: now) }
      if policy.version != plan.current?.version { return resolve(changedByOther: policy) }
    case nil: break
    }
    // A request that is late may still arrive, but it would have been seen by now in all likelihood;
    // its precondition keeps it from undoing anybody's work.
    return finish(
      .notTaken, "the server has not taken it (no answer came, and the policy is as it was)")
  }

  /// It says something else now, which nobody has seen happen.
  private mutating func resolve(changedByOther policy: JSONValue) -> SaveAction {
    let isNew = plan.current == nil
    guard isFirstChange(policy) else {
      return finish(
        .unknown,
        "no answer came, and somebody has changed the policy since: nobody knows whether this was "
          + "in it in between. Look at it before you save again")
    }
    return finish(
      .changed,
      isNew
        ? "somebody else has made a policy of this name; nothing of this is in it"
        : "somebody else has changed the policy; nothing of this is in it")
  }

  /// What it says now is the first that was made of what it said before, and is another than what
  /// was sent: that cannot have been in it in between.
  ///
  /// The server counts in metadata.generation what changes the spec, from 1 for a new policy, and
  /// nothing else: a label of somebody's over what was sent leaves the count at one more, and a
  /// change that was only a label was never counted.
  private func isFirstChange(_ policy: JSONValue) -> Bool {
    let old = plan.current == nil ? 0 : plan.current?.generation
    guard let old, let new = policy.generation, old < .max, new == old + 1 else { return false }
    let (was, sent, now) = (plan.current?["spec"], requested["spec"], policy["spec"])
    return now != sent && now != was && sent != was
  }

  private func says(_ policy: JSONValue) -> Bool {
    OverrideDraft.editable(policy) == OverrideDraft.editable(requested)
  }

  /// As the server would have it, its defaults filled in.
  private var requested: JSONValue { plan.checked ?? plan.request?.body ?? .null }
}

extension JSONValue {
  /// How often the server has seen the spec change.
  fileprivate var generation: Int64? {
    if case .int(let count)? = self[path: "metadata", "generation"] { count } else { nil }
  }

  fileprivate var version: JSONValue? { self[path: "metadata", "resourceVersion"] }
}
