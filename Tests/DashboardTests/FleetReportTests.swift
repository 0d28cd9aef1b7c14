import ControlPlane
import Karmada
import Manifest
import Testing

@testable import Dashboard

@Suite struct FleetReportTests {
  private static var state: AppState {
    var lost = Sample.binding("shop/lost", on: [])
    var scheduled = Condition()
    scheduled.type = "Scheduled"
    scheduled.status = .false
    scheduled.reason = "NoClusterFit"
    scheduled.message = "0/2 clusters are available"
    lost.conditions = [scheduled]
    var state = AppState.loaded(
      clusters: [Sample.cluster("member1"), Sample.cluster("member2", ready: .false)],
      bindings: [Sample.binding("shop/web", on: ["member1"], policy: "shop/p"), lost],
      policies: [Sample.policy("shop/p")],
      events: [Sample.event("shop/e", on: "Deployment", "shop/web")])
    state.take(.serverVersion("v1.31.3"))
    return state
  }

  /// The shape is a contract: this test changes only by additions.
  @Test func jsonIsWhatReadersRelyOn() throws {
    let json = FleetReport(Self.state, failures: [.events: Sample.forbidden]).json
    let expected = """
      {"context": "test", "server": "https://test", "serverVersion": "v1.31.3",
       "takenAt": "2027-01-15T08:00:00Z",
       "clusters": {"total": 2, "ready": 1, "items": [
         {"name": "member2", "ready": "False", "since": "2027-01-15T08:00:00Z",
          "reason": "ClusterNotReachable", "message": "", "syncMode": "Push",
          "kubernetesVersion": "", "provider": "", "region": "", "zones": [], "taints": [],
          "bindings": 0, "wrong": 0},
         {"name": "member1", "ready": "True", "since": "2027-01-15T08:00:00Z",
          "reason": "ClusterReady", "message": "", "syncMode": "Push",
          "kubernetesVersion": "", "provider": "", "region": "", "zones": [], "taints": [],
          "bindings": 1, "wrong": 0}]},
       "bindings": {"total": 2,
        "byState": {"stranded": 1, "evicting": 0, "unscheduled": 0, "notApplied": 0,
         "unhealthy": 0, "deleting": 0, "suspended": 0, "unknown": 0, "healthy": 1},
        "items": [
         {"kind": "ResourceBinding", "namespace": "shop", "name": "lost",
          "resource": {"apiVersion": "apps/v1", "kind": "Deployment", "namespace": "shop",
           "name": "lost"},
          "state": "stranded", "why": "NoClusterFit: 0/2 clusters are available", "clusters": [],
          "evictions": [], "preserveResourcesOnDeletion": false, "policy": null},
         {"kind": "ResourceBinding", "namespace": "shop", "name": "web",
          "resource": {"apiVersion": "apps/v1", "kind": "Deployment", "namespace": "shop",
           "name": "web"},
          "state": "healthy", "why": "",
          "clusters": [{"name": "member1", "replicas": 0, "applied": true, "health": "Healthy"}],
          "evictions": [], "preserveResourcesOnDeletion": false,
          "policy": {"kind": "PropagationPolicy", "namespace": "shop", "name": "p"}}]},
       "policies": {"total": 1, "items": [
        {"kind": "PropagationPolicy", "namespace": "shop", "name": "p", "selectors": 0,
         "bindings": 1}]},
       "events": {"total": 1, "warnings": 0},
       "errors": [{"resource": "events", "kind": "forbidden", "message": "MESSAGE"}]}
      """
    let message = try #require(json["errors"]?.array?.first?["message"]?.string)
    #expect(message == Sample.forbidden.description)
    let text = json.jsonText(pretty: true).replacing(
      JSONValue.string(message).jsonText(), with: "\"MESSAGE\"")
    expectSame(try JSONValue(parsing: expected).jsonText(pretty: true), text)
  }

  @Test func anEvictionIsTold() {
    var binding = Sample.binding("shop/web", on: ["member2"])
    var task = ResourceBinding.GracefulEvictionTask()
    task.fromCluster = "member1"
    task.reason = "ApplicationFailure"
    task.purgeMode = "Graciously"
    binding.gracefulEvictionTasks = [task]
    let json = FleetReport(.loaded(bindings: [binding]), failures: [:]).json
    #expect(
      json[path: "bindings", "items"]?.array?.first?["evictions"] == [
        [
          "fromCluster": "member1", "reason": "ApplicationFailure", "purgeMode": "Graciously",
          "createdAt": nil,
        ]
      ])
  }

  @Test func textIsAlignedAndOfOneLineEach() {
    var state = Self.state
    var odd = Sample.cluster("evil\u{1b}[31m", ready: .unknown)
    odd.region = "a\nb"
    state.take(.feed(.clusters, .objects(.clusters([odd]))))
    let text = FleetReport(state, failures: [.events: Sample.forbidden]).text { text in
      // Nothing that is not plain passes by without having been asked about.
      (String(text.map { $0.isASCII && !$0.isNewline && $0 != "\u{1b}" ? $0 : "?" }), text.count)
    }
    #expect(text.first == "test  1/3 clusters ready  2 bindings  1 STRANDED")
    #expect(text.allSatisfy { !$0.contains("\u{1b}") && !$0.contains("\n") })
    let column = text.first { $0.hasPrefix("STATE") }?.firstRange(of: "NAME")?.lowerBound
    #expect(column != nil)
    #expect(text.last == "events: \(Sample.forbidden)")
  }
}
