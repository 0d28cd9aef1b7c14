import ControlPlane
import Manifest

/// Records Events as client-go's recorder does: what was said before counts up instead of
/// making a new Event.
struct EventRecorder: Sendable {
  /// What makes two Events the same.
  private struct Sameness: Hashable, Sendable {
    var component: String
    var note: EventNote
  }
  /// As many as client-go's correlator remembers.
  private static let memoryLimit = 4096

  private var names: [Sameness: String] = [:]
  private var order: [Sameness] = []
  private var head = 0

  mutating func record(
    _ note: EventNote, by controller: String, in store: inout ObjectStore, now: Time,
    random: inout SeededRandom
  ) {
    guard let type = store.registry.type(.events) else { return }
    let component = note.component.isEmpty ? controller : note.component
    let own = note.subject["namespace"]?.string ?? ""
    let namespace = own.isEmpty ? "default" : own
    var same = Sameness(component: component, note: note)
    same.note.subject["resourceVersion"] = nil
    var options = ObjectStore.WriteOptions()
    options.fieldManager = component
    if let name = names[same],
      countUp(
        WriteTarget(type, namespace: namespace, name: name), in: &store, options: options, now: now)
    {
      return
    }
    let subject = note.subject["name"]?.string ?? ""
    let stamp = UInt64(bitPattern: now.nanoseconds) &+ random.next() % 1_000_000
    let name = "\(subject).\(String(stamp, radix: 16))"
    let event = Self.event(
      note, name: name, namespace: namespace, component: component, now: now)
    do {
      _ = try store.create(
        event, at: WriteTarget(type, namespace: namespace), options: options, now: now)
      remember(same, name)
    } catch {
      // A namespace on its way out takes no Events: they are lost, as they are in the field.
    }
  }

  private func countUp(
    _ target: WriteTarget, in store: inout ObjectStore, options: ObjectStore.WriteOptions,
    now: Time
  ) -> Bool {
    do {
      var event = try store.get(target.type, namespace: target.namespace, name: target.name).value
      event["count"] = .int(Int64(clamping: (event["count"]?.int ?? 1) &+ 1))
      event["lastTimestamp"] = .string(now.rfc3339)
      _ = try store.update(event, at: target, options: options, now: now)
      return true
    } catch {
      return false  // expired or deleted: it begins anew
    }
  }

  private mutating func remember(_ same: Sameness, _ name: String) {
    if names.updateValue(name, forKey: same) == nil { order.append(same) }
    if order.count - head > Self.memoryLimit {
      names[order[head]] = nil
      head += 1
    }
    if head > Self.memoryLimit {
      order.removeFirst(head)
      head = 0
    }
  }

  private static func event(
    _ note: EventNote, name: String, namespace: String, component: String, now: Time
  ) -> JSONValue {
    [
      "kind": "Event", "apiVersion": "v1",
      "metadata": ["name": .string(name), "namespace": .string(namespace)],
      "involvedObject": note.subject, "reason": .string(note.reason),
      "message": .string(note.message), "source": ["component": .string(component)],
      "firstTimestamp": .string(now.rfc3339), "lastTimestamp": .string(now.rfc3339), "count": 1,
      "type": note.isWarning ? "Warning" : "Normal", "eventTime": nil,
      "reportingComponent": .string(component), "reportingInstance": "",
    ]
  }
}
