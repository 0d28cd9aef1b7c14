import ControlPlane
import Manifest

/// Keeps a fleet without controllers a little alive: heartbeats, a status that moves, events that
/// repeat and expire. All of it through the ordinary store, so that watches carry it.
public struct Ticker: Sendable {
  /// How long an Event lives, as kube-apiserver's --event-ttl.
  static let eventLifetime = Duration.seconds(3_600)
  private static let bookmarkEvery = 20

  private let plane: SimulatedControlPlane
  private let interval: Duration
  private let clock: any Clock<Duration>
  private let seed: UInt64

  /// - Parameter interval: real time between two steps.
  public init(
    _ plane: SimulatedControlPlane, every interval: Duration = .seconds(3), seed: UInt64 = 1,
    clock: any Clock<Duration> = ContinuousClock()
  ) {
    self.plane = plane
    self.interval = interval
    self.seed = seed
    self.clock = clock
  }

  /// Steps until the calling task is cancelled.
  public func run() async {
    var random = SeededRandom(seed: seed)
    var round = 0
    while !Task.isCancelled {
      do { try await clock.sleep(for: interval) } catch { return }  // cancelled
      round &+= 1
      random = plane.change { [random, round] fleet, now in
        var random = random
        Self.step(&fleet, now: now, round: round, random: &random)
        return random
      }
      if round % Self.bookmarkEvery == 0 { plane.sendBookmarks() }
    }
  }

  /// One step: pure.
  static func step(_ fleet: inout Fleet, now: Time, round: Int, random: inout SeededRandom) {
    heartbeat(&fleet.karmada, now: now, random: &random)
    if round % 2 == 0 { moveBinding(&fleet.karmada, now: now, random: &random) }
    repeatEvent(&fleet.karmada, now: now, random: &random)
    if round % 20 == 0 { expireEvents(&fleet.karmada, now: now) }
  }

  private static func pick(
    _ store: ObjectStore, _ api: APIResource, random: inout SeededRandom,
    where fits: (JSONValue) -> Bool
  ) -> (WriteTarget, JSONValue)? {
    guard let type = store.registry.type(api) else { return nil }
    // Large fleets: a few tries are enough, nobody misses a tick.
    let objects = store.objects(type)
    for _ in 0..<20 {
      guard objects.count > 0 else { return nil }
      let object = objects.object(at: Int(random.next() % UInt64(objects.count)))
      guard let object else { return nil }
      let value = object.value
      guard fits(value) else { continue }
      let target = WriteTarget(
        type, namespace: String(object.namespace), name: String(object.name),
        subresource: type.hasStatus ? "status" : "")
      return (target, value)
    }
    return nil
  }

  private static func write(
    _ value: JSONValue, at target: WriteTarget, in store: inout ObjectStore, by manager: String,
    now: Time
  ) {
    var options = ObjectStore.WriteOptions()
    options.fieldManager = manager
    do {
      _ = try store.update(value, at: target, options: options, now: now)
    } catch {
      // Somebody deleted it, or an admission rule minds: then nothing ticks this time.
    }
  }

  /// A ready cluster reports what is in use.
  private static func heartbeat(
    _ store: inout ObjectStore, now: Time, random: inout SeededRandom
  ) {
    let picked = pick(store, .clusters, random: &random) { value in
      value[path: "status", "conditions"]?.array?.contains {
        $0["type"] == "Ready" && $0["status"] == "True"
      } ?? false
    }
    guard let (target, cluster) = picked,
      let text = cluster[path: "status", "resourceSummary", "allocated", "pods"]?.string,
      let pods = Int(text)
    else { return }
    var value = cluster
    let next = max(1, pods &+ Int(random.next() % 7) - 3)
    value["status"]?["resourceSummary"]?["allocated"]?["pods"] = .string(String(next))
    write(value, at: target, in: &store, by: "karmada-controller-manager", now: now)
  }

  /// An unhealthy workload tries again and again.
  private static func moveBinding(
    _ store: inout ObjectStore, now: Time, random: inout SeededRandom
  ) {
    func isMoving(_ item: JSONValue) -> Bool {
      item["health"] == "Unhealthy" && (item[path: "status", "replicas"]?.int ?? 0) > 0
    }
    let picked = pick(store, .resourceBindings, random: &random) {
      $0[path: "status", "aggregatedStatus"]?.array?.contains(where: isMoving) ?? false
    }
    guard let (target, binding) = picked,
      var items = binding[path: "status", "aggregatedStatus"]?.array,
      let index = items.firstIndex(where: isMoving),
      let replicas = items[index][path: "status", "replicas"]?.int
    else { return }
    let ready = Int64(random.next() % UInt64(max(1, replicas)))
    items[index]["status"]?["readyReplicas"] = .int(ready)
    items[index]["status"]?["availableReplicas"] = .int(ready)
    items[index]["status"]?["unavailableReplicas"] = .int(Int64(replicas) - ready)
    var value = binding
    value["status"]?["aggregatedStatus"] = .array(items)
    write(value, at: target, in: &store, by: "karmada-controller-manager", now: now)
  }

  /// A condition that lasts is reported again: the same Event with a higher count.
  private static func repeatEvent(
    _ store: inout ObjectStore, now: Time, random: inout SeededRandom
  ) {
    let picked = pick(store, .events, random: &random) { $0["type"] == "Warning" }
    guard let (target, event) = picked else { return }
    var value = event
    value["count"] = .int(Int64(clamping: (event["count"]?.int ?? 1) &+ 1))
    value["lastTimestamp"] = .string(now.rfc3339)
    write(value, at: target, in: &store, by: "karmada-controller-manager", now: now)
  }

  private static func expireEvents(_ store: inout ObjectStore, now: Time) {
    guard let type = store.registry.type(.events) else { return }
    for object in store.all(type) {
      guard let last = object.value["lastTimestamp"]?.string.flatMap(Time.init(rfc3339:)),
        now - last > eventLifetime
      else { continue }
      let target = WriteTarget(
        type, namespace: String(object.namespace), name: String(object.name))
      do {
        _ = try store.delete(at: target, now: now)
      } catch {
        // Gone already, or held by admission: either is fine for an event.
      }
    }
  }
}
