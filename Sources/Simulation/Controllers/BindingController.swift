import ControlPlane
import Karmada
import Manifest

/// binding-controller: turns a binding into a Work for each of its clusters, overrides applied,
/// and takes Works away that are wanted no more (1.12: pkg/controllers/binding).
public struct BindingController: Controller {
  public let name = "binding-controller"
  public var pace: Pace {
    Pace(
      latency: .milliseconds(6)...(.milliseconds(16)),
      service: .milliseconds(8)...(.milliseconds(30)), workers: 5)
  }

  static let finalizers = [
    "karmada.io/binding-controller", "karmada.io/cluster-resource-binding-controller",
  ]

  /// Whether the gate StatefulFailoverInjection is on: preserved labels are injected.
  let injectsState: Bool

  public init(injectsState: Bool = true) { self.injectsState = injectsState }

  // MARK: What makes it look

  public func keys(after change: Change, in view: FleetView) -> [ObjectKey] {
    guard change.server == .karmada else { return [] }
    if Binding.types.contains(change.type.id) {
      return Binding.isNews(change) ? [change.key] : []
    }
    if change.type.api == .overridePolicies || change.type.api == .clusterOverridePolicies {
      return keys(afterOverride: change, in: view)
    }
    return []
  }

  /// The bindings of objects that an override policy selects, or selected before.
  private func keys(afterOverride change: Change, in view: FleetView) -> [ObjectKey] {
    if change.kind == .modified, !change.changes({ $0["spec"] }) { return [] }
    let isCluster = change.type.api == .clusterOverridePolicies
    let versions = [change.previous?.value, change.object.value].compactMap { $0 }
    let selectors = versions.map { $0[path: "spec", "resourceSelectors"]?.array ?? [] }
    let namespace = isCluster ? "" : String(change.object.namespace)
    let bound =
      view.all(.resourceBindings, namespace: namespace)
      + (isCluster ? view.all(.clusterResourceBindings) : [])
    return bound.compactMap { stored in
      let key = Binding.key(of: stored)
      if selectors.contains(where: \.isEmpty) { return key }
      guard let binding = Binding(key, in: view),
        let template = binding.template(in: view)?.value
      else { return nil }
      return selectors.joined().contains { Self.selects($0, template) } ? key : nil
    }
  }

  private static func selects(_ selector: JSONValue, _ object: JSONValue) -> Bool {
    do {
      return try OverridePolicySpec.Selector(decoding: selector).precision(of: object) > 0
    } catch {
      return false
    }
  }

  // MARK: What it does

  public func step(_ key: ObjectKey, in view: FleetView) -> [Action] {
    guard let binding = Binding(key, in: view) else { return [] }
    let works = binding.works(in: view)
    if binding.value.isTerminating {
      var released = binding.value
      for finalizer in Self.finalizers { released.removeFinalizer(finalizer) }
      return works.filter { !$0.work.value.isTerminating }.map { .delete(self.key(of: $0.work)) }
        + (released == binding.value ? [] : [.update(key, released)])
    }
    let wanted = binding.clustersWithWork
    let orphans = works.filter { !wanted.contains($0.cluster) && !$0.work.value.isTerminating }
      .map { orphan in
        Action.delete(
          self.key(of: orphan.work),
          onRefusal: [
            EventNote(about: binding.value, "CleanupWorkFailed", "", isWarning: true)
          ])
      }
    // A template that is gone: the garbage collector is about to take the binding too.
    guard let template = binding.template(in: view)?.value else { return orphans }
    return orphans + ensureWorks(of: binding, template: template, in: view)
  }

  private func key(of work: StoredObject) -> ObjectKey {
    ObjectKey(
      APIResource.works.qualifiedName, namespace: String(work.namespace),
      name: String(work.name))
  }

  /// A Work for each target, in order. As in 1.12 the first override that fails ends it: the
  /// clusters after it are not updated.
  private func ensureWorks(of binding: Binding, template: JSONValue, in view: FleetView)
    -> [Action]
  {
    var actions: [Action] = []
    let failed = binding.events("SyncWorkFailed", "", isWarning: true)
    let targets = binding.allTargets
    let overrides = OverridePolicies(in: view, namespace: template.objectNamespace)
    for target in targets {
      let manifest = WorkManifest(
        binding: binding, template: template, target: target,
        injectsState: injectsState && targets.count == 1)
      do throws(OverrideRefusal) {
        let rendered = try overrides.render(
          manifest.workload, for: target.name, subject: binding.subject, in: view)
        actions += rendered.events.map { .event($0) }
        let key = binding.workKey(on: target.name)
        let work = manifest.work(
          rendered.manifest, rendered: rendered.annotations, existing: view.object(key)?.value)
        guard let work else {
          return actions
            + binding.events(
              "SyncWorkFailed", "work \(key.namespace)/\(key.name) is being deleted",
              isWarning: true
            ).map { .event($0) } + [.retry]
        }
        let verb: Write.Verb = view.object(key) == nil ? .create : .update
        actions.append(.write(Write(verb, key, work), onRefusal: failed))
      } catch {
        return actions + error.events.map { .event($0) }
          + binding.events("SyncWorkFailed", error.message, isWarning: true).map { .event($0) }
          + [.retry]
      }
    }
    let kind = binding.isClusterScoped ? "clusterResourceBinding" : "resourceBinding"
    return actions
      + binding.events(
        "SyncWorkSucceed", "Sync work of \(kind)(\(binding.display)) successful."
      ).map { .event($0) }
  }
}
