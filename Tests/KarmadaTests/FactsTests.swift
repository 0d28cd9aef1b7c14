import Karmada
import Manifest
import Testing

@Suite struct FactsTests {
  private func binding(
    clusters: [String], health: [(String, ResourceBinding.Health)] = []
  ) -> ResourceBinding {
    var binding = ResourceBinding()
    binding.clusters = clusters.map {
      var cluster = ResourceBinding.TargetCluster()
      cluster.name = $0
      return cluster
    }
    binding.aggregatedStatus = health.map {
      var item = ResourceBinding.AggregatedStatusItem()
      (item.clusterName, item.health) = $0
      return item
    }
    return binding
  }

  @Test func healthIsThatOfTheClustersItRunsOn() {
    #expect(binding(clusters: []).worstHealth == nil)
    #expect(binding(clusters: [], health: [("a", .healthy)]).worstHealth == nil)
    #expect(binding(clusters: ["a"]).worstHealth == .unknown)
    #expect(
      binding(clusters: ["a"], health: [("a", .healthy), ("left", .unhealthy)]).worstHealth
        == .healthy)
    #expect(binding(clusters: ["a", "b"], health: [("a", .healthy)]).worstHealth == .unknown)
    #expect(binding(clusters: ["a", "b"], health: [("b", .unhealthy)]).worstHealth == .unhealthy)
  }

  /// What goes along because others need it has no clusters of its own, and lacks nothing.
  @Test func whatOnlyGoesAlongIsNeitherUnscheduledNorStranded() {
    var along = binding(clusters: [], health: [("a", .healthy), ("b", .healthy)])
    #expect(along.state == .unscheduled)
    along.requiredBy = [ObjectReference()]
    #expect(along.isAttached && !along.isStranded)
    #expect(along.state == .notApplied, "nobody has said that it is applied")
    for at in along.aggregatedStatus.indices { along.aggregatedStatus[at].applied = true }
    #expect(along.state == .healthy)
    along.aggregatedStatus[1].health = .unhealthy
    #expect(along.state == .unhealthy && along.stateReason == "on b")
    along.aggregatedStatus = []
    #expect(along.state == .unknown)
    // One that a policy places as well is the scheduler's affair.
    along.lastScheduledTime = Time(seconds: 1)
    #expect(along.isStranded && along.state == .stranded)
  }

  @Test func strandedMeansItHadOrWasRefusedAPlace() {
    var lost = binding(clusters: [])
    #expect(!lost.isStranded, "not looked at yet")
    var condition = Condition()
    (condition.type, condition.status, condition.reason) = ("Scheduled", .false, "NoClusterFit")
    lost.conditions = [condition]
    #expect(lost.isStranded)
    lost.conditions = []
    lost.lastScheduledTime = Time(nanoseconds: 1)
    #expect(lost.isStranded)
    lost.metadata.deletionTimestamp = Time(nanoseconds: 2)
    #expect(!lost.isStranded, "being deleted")
    var running = binding(clusters: ["a"])
    running.lastScheduledTime = Time(nanoseconds: 1)
    #expect(!running.isStranded)
  }

  @Test func policyComesFromTheAnnotations() {
    var binding = ResourceBinding()
    binding.metadata.namespace = "shop"
    #expect(binding.policy == nil)
    binding.metadata.annotations = ["clusterpropagationpolicy.karmada.io/name": "all"]
    #expect(binding.policy?.kind == "ClusterPropagationPolicy")
    #expect(binding.policy?.key.description == "all")
    binding.metadata.annotations["propagationpolicy.karmada.io/name"] = "one"
    #expect(binding.policy?.key.description == "shop/one")
    binding.metadata.annotations["propagationpolicy.karmada.io/namespace"] = "other"
    #expect(binding.policy?.key.description == "other/one")
  }

  @Test(
    arguments: [
      (nil, []), ("", []), ("nonsense", []), ("{}", []), ("[1,{\"policyName\":2}]", []),
      (#"[{"policyName":"a","overriders":{}},{"policyName":"b"}]"#, ["a", "b"]),
    ] as [(String?, [String])])
  func appliedPoliciesAreReadOrNone(annotation: String?, names: [String]) {
    var work = Work()
    work.metadata.annotations["policy.karmada.io/applied-overrides"] = annotation
    work.metadata.annotations["policy.karmada.io/applied-cluster-overrides"] = annotation
    #expect(work.appliedOverridePolicies == names && work.appliedClusterOverridePolicies == names)
  }

  @Test func aClusterIsReadyOnlyWhenItSaysSo() {
    var cluster = Cluster()
    #expect(!cluster.isReady)
    var condition = Condition()
    condition.type = "Ready"
    for (status, ready) in [(Condition.Status.true, true), (.false, false), (.unknown, false)] {
      condition.status = status
      cluster.conditions = [condition]
      #expect(cluster.isReady == ready)
    }
  }
}
