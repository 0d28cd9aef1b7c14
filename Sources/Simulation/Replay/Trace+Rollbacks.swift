import Karmada
import Manifest

extension Trace {
  /// The rollbacks that the recording shows up to a second: flags, templates that go, and what
  /// becomes of their Works. What cannot be read is left out.
  public func rollbacks(until end: Double = .infinity) -> RollbackSightings {
    var sightings = RollbackSightings()
    var interner = Interner()
    for plural in Self.told {
      for object in start[plural] ?? [] {
        Self.tell(&sightings, plural, object, isGone: false, startTime, &interner)
      }
    }
    for change in changes where change.t <= end && Self.told.contains(change.plural) {
      let time = startTime + .nanoseconds(Int64((min(max(0, change.t), 1e9) * 1e9).rounded()))
      Self.tell(
        &sightings, change.plural, change.object, isGone: change.kind == .deleted, time, &interner)
    }
    return sightings
  }

  private static let told = [
    "propagationpolicies", "clusterpropagationpolicies", "resourcebindings",
    "clusterresourcebindings", "works",
  ]

  private static func tell(
    _ sightings: inout RollbackSightings, _ plural: String, _ object: JSONValue, isGone: Bool,
    _ time: Time, _ interner: inout Interner
  ) {
    let bytes = object.serialized()
    do throws(JSONScanner.Failure) {
      switch plural {
      case "works":
        let work = try Karmada.Work(json: bytes[...], interning: &interner)
        if isGone { sightings.workGone(work, at: time) } else { sightings.see(work, at: time) }
      case "propagationpolicies", "clusterpropagationpolicies":
        let policy = try Karmada.PropagationPolicy(json: bytes[...], interning: &interner)
        if isGone {
          sightings.policyGone(Karmada.PolicyReference(policy.metadata), at: time)
        } else {
          sightings.see(policy, at: time)
        }
      default:
        let binding = try ResourceBinding(json: bytes[...], interning: &interner)
        if isGone {
          sightings.bindingGone(binding, at: time)
        } else {
          sightings.see(binding, at: time)
        }
      }
    } catch {
      // One object that cannot be read must not hide the others.
    }
  }
}
