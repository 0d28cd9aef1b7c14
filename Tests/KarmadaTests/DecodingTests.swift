import Karmada
import Manifest
import TestSupport
import Testing

@Suite struct DecodingTests {
  private func list<Item: KubernetesObject>(_ name: String, of type: Item.Type) throws
    -> ObjectList<Item>
  {
    try ObjectList(json: Fixture.bytes("karmada/\(name).json"))
  }

  @Test func readsBindings() throws {
    let list = try list("bindings", of: ResourceBinding.self)
    #expect(list.resourceVersion == "4898" && list.continueToken == "abc")
    #expect(list.remainingItemCount == 12 && list.skipped == 0)
    try #require(list.items.count == 4)

    let fleet = list.items[0]
    #expect(fleet.metadata.key == ObjectKey(namespace: "default", name: "fleet-deployment"))
    #expect(fleet.metadata.finalizers == ["karmada.io/binding-controller"])
    #expect(fleet.metadata.creationTimestamp?.rfc3339 == "2026-11-22T11:44:16Z")
    #expect(
      fleet.metadata.annotations.keys.sorted() == [
        "propagationpolicy.karmada.io/name", "propagationpolicy.karmada.io/namespace",
      ])
    #expect(fleet.resource.kind == "Deployment" && fleet.resource.name == "fleet")
    #expect(fleet.clusters.map(\.name) == ["member2", "member1"])
    #expect(fleet.clusters.map(\.replicas) == [3, 3] && fleet.replicas == 9)
    #expect(fleet.gracefulEvictionTasks.map(\.fromCluster) == ["member3"])
    #expect(
      fleet.gracefulEvictionTasks[0].creationTimestamp == nil, "a task may be seen without it")
    #expect(
      fleet.policy
        == PolicyReference(
          kind: "PropagationPolicy", key: ObjectKey(namespace: "default", name: "div")))
    #expect(fleet.isScheduled && fleet.isFullyApplied && fleet.isEvicting && !fleet.isStranded)
    #expect(fleet.permanentID == "1430ef7c-7a60-4c21-b6f2-6f30d720448c")

    let pinned = list.items[1]
    #expect(pinned.isStranded && !pinned.isScheduled && pinned.worstHealth == nil)
    #expect(pinned.conditions["Scheduled"]?.reason == "NoClusterFit")

    let relayed = list.items[2]
    let rules = try #require(relayed.failover).statePreservation
    #expect(rules.map(\.jsonPath) == ["{ .jobStatus.jobID }"])
    #expect(
      relayed.failover?.tolerationSeconds == 10 && relayed.failover?.purgeMode == "Immediately")
    let task = try #require(relayed.gracefulEvictionTasks.last)
    #expect(
      task.preservedLabelState == [
        "application.karmada.io/failover-jobid": "9be07d1100aa42f1"
      ])
    #expect(task.clustersBeforeFailover == ["member2"])

    #expect(list.items[3].gracefulEvictionTasks.first?.suppressDeletion == true)
  }

  @Test func readsClusters() throws {
    let list = try list("clusters", of: Cluster.self)
    let first = try #require(list.items.first)
    #expect(list.items.map(\.metadata.name) == ["member1", "member2", "member3"])
    #expect(first.syncMode == "Push" && first.provider == "aws" && first.region == "eu")
    #expect(first.zones == ["eu-1a"] && first.isReady)
    #expect(first.kubernetesVersion == "v0.0.0-master+$Format:%H$")
    #expect(first.readyCondition?.reason == "ClusterReady")
  }

  @Test func readsWorks() throws {
    let works = try list("works", of: Work.self).items
    let own = try #require(works.first)
    #expect(own.bindingKey == nil && own.cluster?.hasPrefix("member") == true)
    let web = try #require(works.first { $0.metadata.name.hasPrefix("web") })
    #expect(web.bindingKey == ObjectKey(namespace: "default", name: "web-deployment"))
    #expect(web.appliedOverridePolicies == ["img"] && web.appliedClusterOverridePolicies.isEmpty)
    #expect(web.isApplied && web.manifest.kind == "Deployment" && web.manifest.name == "web")
    #expect(
      web.bindingPermanentID == web.manifest.labels["resourcebinding.karmada.io/permanent-id"])
    let flink = try #require(works.last)
    #expect(flink.manifest.labels["application.karmada.io/failover-jobid"] != nil)
  }

  @Test func readsPolicies() throws {
    let policies = try list("policies", of: PropagationPolicy.self).items
    let flink = try #require(policies.first)
    #expect(flink.placementClusterNames == ["member1", "member2", "member3"])
    #expect(flink.failover?.statePreservation.count == 1 && flink.propagateDeps)
    #expect(flink.resourceSelectors.first?.kind == "FlinkDeployment")

    let overrides = try list("override-policies", of: OverridePolicy.self).items
    #expect(overrides[0].overriderKinds == ["imageOverrider", "labelsOverrider"])
    #expect(overrides[0].targetsOthersByAffinity && !overrides[0].usesDeprecatedFields)
    #expect(overrides[1].overriderKinds == ["fieldOverrider"] && overrides[1].ruleCount == 1)
    #expect(overrides[1].targetClusterNames == ["member1"])
    #expect(!overrides[1].targetsOthersByAffinity)
  }

  @Test func readsEventsOfBothAPIs() throws {
    let core = try list("events", of: Event.self)
    let first = try #require(core.items.first)
    #expect(core.remainingItemCount == 645)
    #expect(first.reason == "SyncWorkSucceed" && first.component == "binding-controller")
    #expect(first.count == 3 && first.involvedObject.kind == "ResourceBinding")
    let other = try #require(try list("events-eventsk8s", of: Event.self).items.first)
    #expect(other.reason == first.reason && other.message == first.message)
    #expect(other.involvedObject == first.involvedObject)
    #expect(other.lastTimestamp == first.lastTimestamp && other.component == first.component)
  }

  @Test func fillsAnEventsTimeFromWhatIsThere() throws {
    func event(_ json: String) throws -> Event { try Event(json: Array(json.utf8)) }
    let series = try event(
      #"{"eventTime":"2026-11-22T11:00:00.5Z","series":{"count":4,"lastObservedTime":"2026-11-22T12:00:00.25Z"},"metadata":{"creationTimestamp":"2026-11-22T10:00:00Z"}}"#
    )
    #expect(series.lastTimestamp?.rfc3339Micro == "2026-11-22T12:00:00.250000Z")
    #expect(series.count == 4 && series.firstTimestamp?.rfc3339 == "2026-11-22T11:00:00Z")
    let bare = try event(#"{"metadata":{"creationTimestamp":"2026-11-22T10:00:00Z"}}"#)
    #expect(bare.lastTimestamp?.rfc3339 == "2026-11-22T10:00:00Z" && bare.count == 1)
  }

  @Test func readsRebalancersAndInstances() throws {
    let rebalancer = try WorkloadRebalancer(json: Fixture.bytes("karmada/rebalancer.json"))
    #expect(rebalancer.workloads.map(\.name) == ["prot", "ghost"])
    #expect(rebalancer.observedWorkloads.map(\.result) == ["Failed", "Failed"])
    #expect(rebalancer.finishTime?.rfc3339 == "2026-11-22T11:43:48Z")

    let planes = try list("karmadas", of: KarmadaInstance.self).items
    try #require(planes.count == 3)
    #expect(planes[0].etcdEndpoints.count == 3 && !planes[0].etcdIsLocal)
    #expect(planes[0].etcdSecret == ObjectKey(namespace: "dc1", name: "prod-dc1-karmada-etcd-cert"))
    #expect(planes[0].apiServerCACert == ObjectKey(namespace: "dc1", name: "karmada-ca"))
    #expect(planes[0].extraVolumes == ["audit"] && planes[0].serviceType == "LoadBalancer")
    #expect(planes[0].certSANs == ["prod-dc1.karmada.corp.example"])
    let server = try #require(planes[0].components.first { $0.name == "karmadaAPIServer" })
    #expect(server.replicas == 3 && server.imageTag == "v1.31.3")
    #expect(planes[2].etcdIsLocal && planes[2].apiServerCACert == nil)
    #expect(planes[2].conditions.isEmpty == false)
  }
}
