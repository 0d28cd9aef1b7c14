import Karmada
import Manifest

extension Trace {
  /// The rollbacks that the recording shows up to a second: flags, templates that go, and what
  /// becomes of their Works. What cannot be read is left out.
  public func rollbacks(until end: Double = .infinity) -> RollbackSightings {
    var sightings = RollbackSightings()
    var interner = Interner()
    var standing = Standing()
    for plural in Self.told {
      for object in start[plural] ?? [] {
        standing.note(plural, object, isGone: false)
        Self.tell(&sightings, plural, object, isGone: false, startTime, &interner)
      }
    }
    for change in changes where change.t <= end && Self.told.contains(change.plural) {
      let time = time(at: change.t)
      let known = sightings.all.count
      let isGone = change.kind == .deleted
      Self.tell(&sightings, change.plural, change.object, isGone: isGone, time, &interner)
      standing.note(change.plural, change.object, isGone: isGone)
      guard sightings.all.count > known else { continue }
      // Bindings and Works from before the flag were nobody's affair then; they are now.
      for (plural, object) in standing.objects {
        Self.tell(&sightings, plural, object, isGone: false, time, &interner)
      }
    }
    return sightings
  }

  /// Bindings and Works as they stand, the bindings first.
  private struct Standing {
    private var bindings: [String: (String, JSONValue)] = [:]
    private var works: [String: (String, JSONValue)] = [:]

    var objects: [(String, JSONValue)] {
      bindings.sorted { $0.key < $1.key }.map(\.value)
        + works.sorted { $0.key < $1.key }.map(\.value)
    }

    mutating func note(_ plural: String, _ object: JSONValue, isGone: Bool) {
      let key = "\(plural) \(object.objectNamespace)/\(object.objectName)"
      switch plural {
      case "works": works[key] = isGone ? nil : (plural, object)
      case "resourcebindings", "clusterresourcebindings":
        bindings[key] = isGone ? nil : (plural, object)
      default: break
      }
    }
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
