import Manifest
import Testing

@testable import Simulation

/// The whole way from a template and a policy to members and back.
@Suite struct PropagationTests {
  @Test func aDeploymentAndAPolicyLeadToABindingWorksAndMemberObjects() throws {
    var stage = try Stage()
    try stage.apply(yaml: Manifests.deployment("web"))
    stage.rest()
    #expect(try stage.find("ResourceBinding", "web-deployment") == nil)
    try stage.apply(yaml: Manifests.policy("pp"))
    stage.rest()

    let template = try stage.get("Deployment", "web")
    let policy = try stage.get("PropagationPolicy", "pp")
    let id = "propagationpolicy.karmada.io/permanent-id"
    #expect(template.label(id) == policy.label(id))
    #expect(template.annotation("propagationpolicy.karmada.io/name") == "pp")

    #expect(try stage.placement("Deployment", "web") == "member1:2 member2:2")
    let binding = try stage.binding("Deployment", "web")
    #expect(binding.isTrue("Scheduled"))
    #expect(binding.isTrue("FullyApplied"))
    let items = binding[path: "status", "aggregatedStatus"]?.array ?? []
    #expect(items.map { $0["clusterName"]?.string } == ["member1", "member2"])
    #expect(items.allSatisfy { $0["health"] == "Healthy" && $0["applied"] == true })
    #expect(items.first?[path: "status", "readyReplicas"] == 2)
    #expect(template[path: "status", "readyReplicas"] == 4)

    let work = try #require(try stage.work("Deployment", "web", on: "member1"))
    let bindingID = "resourcebinding.karmada.io/permanent-id"
    #expect(work.label(bindingID) == binding.label(bindingID))
    let copy = try #require(try stage.copy("Deployment", "web", "member1"))
    #expect(copy.label("karmada.io/managed") == "true")
    #expect(copy.label(bindingID) == binding.label(bindingID))
    #expect(
      copy.label("work.karmada.io/permanent-id") == work.label("work.karmada.io/permanent-id"))
    #expect(copy[path: "spec", "replicas"] == 2)
    #expect(try stage.copy("Deployment", "web", "member3") == nil)
  }

  @Test func theEventsAreKarmadasOwn() throws {
    var stage = try Stage(members: ["member1"])
    try stage.apply(yaml: Manifests.deployment("nginx"))
    try stage.apply(yaml: Manifests.policy("nginx-pp", clusters: ["member1"]))
    stage.rest()
    let onTemplate = Set(stage.events(about: "Deployment", "nginx"))
    #expect(
      onTemplate == [
        "resource-detector ApplyPolicySucceed Apply policy(default/nginx-pp) succeed",
        "default-scheduler ScheduleBindingSucceed Binding has been scheduled successfully. "
          + "Result: {member1:2}",
        "binding-controller SyncWorkSucceed Sync work of "
          + "resourceBinding(default/nginx-deployment) successful.",
        "execution-controller SyncSucceed Successfully applied resource(default/nginx) to "
          + "cluster member1",
        "resource-binding-status-controller AggregateStatusSucceed Update Resource with "
          + "AggregatedStatus successfully.",
      ])
    let onWork = Set(stage.events(about: "Work", "nginx-687f7fb96f"))
    #expect(
      onWork == [
        "execution-controller WorkDispatching Work is being dispatched to member clusters.",
        "execution-controller SyncSucceed Sync work(karmada-es-member1/nginx-687f7fb96f) to "
          + "cluster(member1) successful.",
        "work-status-controller ReflectStatusSucceed Reflect status for "
          + "object(Deployment/default/nginx) succeed.",
        "work-status-controller InterpretHealthSucceed Interpret health of "
          + "object(Deployment/default/nginx) as unhealthy.",
        "work-status-controller InterpretHealthSucceed Interpret health of "
          + "object(Deployment/default/nginx) as healthy.",
      ])
  }

  @Test func deletingAPolicyDeletesNothingElse() throws {
    var stage = try Stage()
    try stage.apply(yaml: Manifests.configMap("cm"))
    try stage.apply(yaml: Manifests.policy("pp"))
    stage.rest()
    try stage.delete("PropagationPolicy", "pp")
    stage.rest()
    #expect(try stage.find("PropagationPolicy", "pp") == nil)
    #expect(
      try stage.get("ConfigMap", "cm").label("propagationpolicy.karmada.io/permanent-id") == nil)
    #expect(try stage.placement("ConfigMap", "cm") == "member1 member2")
    #expect(try stage.copy("ConfigMap", "cm", "member1") != nil)
  }

  @Test func deletingATemplateDeletesItsCopies() throws {
    var stage = try Stage()
    try stage.apply(yaml: Manifests.configMap("cm"))
    try stage.apply(yaml: Manifests.policy("pp"))
    stage.rest()
    #expect(try stage.copy("ConfigMap", "cm", "member1") != nil)
    try stage.delete("ConfigMap", "cm")
    stage.rest()
    #expect(try stage.find("ResourceBinding", "cm-configmap") == nil)
    #expect(try stage.work("ConfigMap", "cm", on: "member1") == nil)
    #expect(try stage.copy("ConfigMap", "cm", "member1") == nil)
    #expect(try stage.copy("ConfigMap", "cm", "member2") == nil)
  }

  @Test func aDependencyGoesByItselfAndComesBack() throws {
    var stage = try Stage()
    try stage.apply(yaml: Manifests.configMap("settings"))
    try stage.apply(
      yaml: Manifests.deployment(
        "web", more: "      volumes: [{name: v, configMap: {name: settings}}]"))
    try stage.apply(
      yaml: Manifests.policy(
        "web", selectors: "[{apiVersion: apps/v1, kind: Deployment}]", more: "propagateDeps: true"))
    stage.rest()
    #expect(try stage.copy("ConfigMap", "settings", "member2") != nil)
    try stage.delete("ConfigMap", "settings")
    stage.rest()
    #expect(try stage.find("ResourceBinding", "settings-configmap") == nil)
    #expect(try stage.copy("ConfigMap", "settings", "member2") == nil)
    #expect(try stage.copy("Deployment", "web", "member2") != nil)
    try stage.apply(yaml: Manifests.configMap("settings"))
    stage.rest()
    #expect(try stage.copy("ConfigMap", "settings", "member2") != nil)
    try stage.delete("Deployment", "web")
    stage.rest()
    #expect(try stage.copy("Deployment", "web", "member2") == nil)
    #expect(try stage.copy("ConfigMap", "settings", "member2") == nil)
    #expect(try stage.find("ConfigMap", "settings") != nil)
  }

  @Test func aChangedTemplateReachesTheMembers() throws {
    var stage = try Stage()
    try stage.apply(yaml: Manifests.deployment("web"))
    try stage.apply(yaml: Manifests.policy("pp"))
    stage.rest()
    try stage.patch("Deployment", "web", ["spec": ["replicas": 5]])
    stage.rest()
    #expect(try stage.copy("Deployment", "web", "member2")?[path: "spec", "replicas"] == 5)
    #expect(try stage.get("Deployment", "web")[path: "status", "readyReplicas"] == 10)
    #expect(
      try stage.get("Deployment", "web")[path: "status", "observedGeneration"]?.int
        == stage.get("Deployment", "web").generation)
  }

  @Test func aWithdrawnClusterLosesItsCopy() throws {
    var stage = try Stage()
    try stage.apply(yaml: Manifests.configMap("cm"))
    try stage.apply(yaml: Manifests.policy("pp"))
    stage.rest()
    try stage.patch(
      "PropagationPolicy", "pp",
      ["spec": ["placement": ["clusterAffinity": ["clusterNames": ["member2", "member3"]]]]])
    stage.rest()
    #expect(try stage.placement("ConfigMap", "cm") == "member2 member3")
    #expect(try stage.copy("ConfigMap", "cm", "member1") == nil)
    #expect(try stage.copy("ConfigMap", "cm", "member3") != nil)
    #expect(try stage.work("ConfigMap", "cm", on: "member1") == nil)
  }

  @Test func whatSomebodyChangesInAMemberIsPutBack() throws {
    var stage = try Stage()
    try stage.apply(yaml: Manifests.configMap("cm"))
    try stage.apply(yaml: Manifests.policy("pp"))
    stage.rest()
    try stage.patch("ConfigMap", "cm", ["data": ["key": "mine"]], on: .member("member1"))
    stage.rest()
    #expect(try stage.copy("ConfigMap", "cm", "member1")?["data"] == ["key": "value"])
    try stage.delete("ConfigMap", "cm", on: .member("member2"))
    stage.rest()
    #expect(try stage.copy("ConfigMap", "cm", "member2")?["data"] == ["key": "value"])
  }

  @Test func aNamespaceGoesEverywhereAndTakesItsContentWithIt() throws {
    var stage = try Stage()
    try stage.apply(
      yaml: """
        apiVersion: v1
        kind: Namespace
        metadata: {name: shop}
        """)
    stage.rest()
    for member in ["member1", "member2", "member3"] {
      #expect(
        try stage.find("Namespace", "shop", on: .member(member))?.label("karmada.io/managed")
          == "true")
    }
    #expect(try stage.find("Namespace", "default", on: .member("member1")) != nil)
    try stage.apply(
      [
        "apiVersion": "v1", "kind": "ConfigMap",
        "metadata": ["name": "local", "namespace": "shop"],
      ], on: .member("member1"))
    try stage.delete("Namespace", "shop", namespace: "")
    stage.rest()
    #expect(try stage.find("Namespace", "shop", on: .member("member1")) == nil)
    #expect(
      try stage.find("ConfigMap", "local", namespace: "shop", on: .member("member1")) == nil)
  }

  @Test func suspendedDispatchingStopsTheManifestAndNotTheFlag() throws {
    var stage = try Stage(members: ["member1"])
    try stage.apply(yaml: Manifests.configMap("cm"))
    try stage.apply(
      yaml: Manifests.policy("pp", clusters: ["member1"], more: "suspension: {dispatching: true}"))
    stage.rest()
    #expect(try stage.copy("ConfigMap", "cm", "member1") == nil)
    let work = try #require(try stage.work("ConfigMap", "cm", on: "member1"))
    #expect(work.condition("Dispatching")?["reason"] == "SuspendDispatching")
    try stage.patch(
      "PropagationPolicy", "pp", ["spec": ["preserveResourcesOnDeletion": true]])
    stage.rest()
    #expect(
      try stage.work("ConfigMap", "cm", on: "member1")?[
        path: "spec", "preserveResourcesOnDeletion"] == true)
    try stage.patch("PropagationPolicy", "pp", ["spec": ["suspension": nil]])
    stage.rest()
    #expect(try stage.copy("ConfigMap", "cm", "member1") != nil)
  }
}
