import ControlPlane
import Manifest

/// What stands behind the bindings of a synthetic fleet and is made only when a request or a
/// controller comes near it: 100,000 templates, 200,000 Works and as many members' objects would
/// take more memory than anybody will look at.
///
/// A list shows those that have been made.
struct LatentObjects: Sendable {
  /// Which of the objects behind a binding.
  enum Parts { case works, all }

  let fleet: SyntheticFleet
  let prototypes: [SyntheticPrototype]
  let seed: UInt64
  /// The bindings whose objects have all been made.
  var awake: Set<Int> = []

  init(fleet: SyntheticFleet, prototypes: [SyntheticPrototype], seed: UInt64) {
    self.fleet = fleet
    self.prototypes = prototypes
    self.seed = seed
  }

  /// The numbers of the bindings that a text names: "…/app-000042-deployment".
  static func numbers(in text: String) -> [Int] {
    text.split(separator: "/").compactMap { part in
      guard part.hasPrefix("app-") else { return nil }
      return Int(part.dropFirst(4).prefix { $0.isASCII && $0.isNumber }.prefix(9))
    }
  }
}

extension Fleet {
  /// Makes what a request is about, if it has not been made yet.
  mutating func awaken(for request: APIRequest) {
    guard latent != nil else { return }
    for number in LatentObjects.numbers(in: request.path) { awaken(number) }
    for selector in [request.query("labelSelector"), request.query("fieldSelector")] {
      for term in (selector ?? "").split(separator: ",") {
        guard let value = term.split(separator: "=").last else { continue }
        if let number = SyntheticNames.number(ofID: value) { awaken(number) }
        for number in LatentObjects.numbers(in: String(value)) { awaken(number) }
      }
    }
  }

  /// Makes what a controller is about to look at, if it has not been made yet.
  mutating func awaken(named name: String) {
    guard latent != nil else { return }
    for number in LatentObjects.numbers(in: name) { awaken(number) }
  }

  mutating func awaken(_ number: Int, parts: LatentObjects.Parts = .all) {
    guard let latent, (0..<latent.fleet.bindings).contains(number),
      !latent.awake.contains(number)
    else { return }
    let names = SyntheticNames(of: latent.fleet, number: number, seed: latent.seed)
    let prototype = latent.prototypes[names.sort]
    guard let bindings = karmada.registry.type(.resourceBindings),
      karmada.contains(bindings, namespace: names.namespace, name: names.binding)
    else { return }
    for (target, template) in prototype.works.enumerated() {
      karmada.recall(names.filled(template, target: target))
    }
    guard parts == .all else { return }
    self.latent?.awake.insert(number)
    karmada.recall(names.filled(prototype.template))
    for (target, template) in prototype.copies.enumerated() {
      let copy = names.filled(template, target: target, isCopy: true)
      members[names.targets[target]]?.store.recall(copy)
    }
    if prototype.isBroken {
      troubles.broken.insert(
        ApplicationID(
          kind: names.kind, namespace: names.namespace, name: names.name,
          cluster: names.targets[1]))
    }
  }
}
