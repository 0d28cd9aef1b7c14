import ControlPlane
import Karmada
import Manifest
import Testing

@testable import Dashboard

extension EditingStage {
  /// The object's Works can be found: a save is watched, and does not end at once.
  mutating func haveWorks() {
    for i in facts.objects.indices {
      facts.objects[i].binding["metadata"] = [
        "labels": ["resourcebinding.karmada.io/permanent-id": .string("id-\(i)")]
      ]
    }
  }

  /// The plan on the screen is confirmed and carried out, decision by decision, until its Works are
  /// watched.
  ///
  /// - Returns: the save, and what was asked for meanwhile.
  mutating func watch() throws -> (saving: Saving, orders: [OverrideOrder]) {
    let plan = try #require(state.savePage?.plan)
    let before = facts
    var saving = try save()
    state.runningSave = nil
    saving.machine = SaveMachine(plan)
    var orders: [OverrideOrder] = []
    for input: SaveInput in [
      .begin, .facts(.success(before)), .noted, .sent(.success(facts.current)),
      .works(.success([])),
    ] {
      _ = saving.machine.handle(input, at: state.now)
      orders += effects(take(.progress(token: saving.token, saving.machine)))
    }
    #expect(saving.machine.phase == .converging && state.runningSave == .watching)
    return (saving, orders)
  }
}
