@testable import Karmada
import Manifest
import Testing

/// A prediction beside the Work, and the Work beside the member's object.
struct WorkComparisonTests {
  private func predicted(_ manifest: JSONValue, applied: [JSONValue] = [])
    -> OverridePreview.Variant
  {
    var rendered = OverrideEngine.Rendered(manifest: manifest)
    rendered.appliedOverrides = applied
    return OverridePreview.Variant(base: manifest, result: .success(rendered), clusters: ["m1"])
  }

  private func work(_ manifest: JSONValue, annotations: JSONValue = [:]) -> JSONValue {
    [
      "metadata": ["namespace": "karmada-es-m1", "name": "w", "annotations": annotations],
      "spec": ["workload": ["manifests": [manifest]]],
      "status": ["conditions": [["type": "Applied", "status": "True"]]],
    ]
  }

  private let plain: JSONValue = [
    "kind": "ConfigMap", "metadata": ["name": "cfg", "labels": ["app": "web"]],
    "data": ["a": "1"],
  ]

  private var marked: JSONValue {
    var marked = plain
    marked["metadata"]?["labels"] = [
      "app": "web", "karmada.io/managed": "true", "work.karmada.io/permanent-id": "1",
    ]
    marked["metadata"]?["annotations"] = [
      "resourcebinding.karmada.io/name": "b", "work.karmada.io/conflict-resolution": "abort",
    ]
    return marked
  }

  @Test func karmadasOwnMarksAreNoDifference() {
    let comparison = WorkComparison(work(marked), prediction: predicted(plain))
    #expect(comparison.agrees)
    #expect(comparison.cluster == "m1")
    #expect(comparison.isApplied)
  }

  @Test func aDifferenceIsNamedByItsPlace() {
    var other = marked
    other["data"]?["a"] = "2"
    other["metadata"]?["labels"]?["tier"] = "edge"
    let comparison = WorkComparison(work(other), prediction: predicted(plain))
    #expect(!comparison.agrees)
    #expect(
      comparison.differences?.map(\.description).sorted() == ["/data/a", "/metadata/labels/tier"])
  }

  @Test func anAnnotationThatStaysIsOutdatedOnceTheManifestIsBack() {
    let text = #"[{"policyName":"p","overriders":{}}]"#
    let annotations: JSONValue = ["policy.karmada.io/applied-overrides": .string(text)]
    let back = WorkComparison(
      work(marked, annotations: annotations), prediction: predicted(plain))
    #expect(back.outdatedRecords == ["p"])
    #expect(!back.appliedOverrides.isCurrent)
    let current = WorkComparison(
      work(marked, annotations: annotations),
      prediction: predicted(plain, applied: [["policyName": "p", "overriders": [:]]]))
    #expect(current.outdatedRecords == [])
    #expect(current.appliedOverrides.isCurrent)
    // While the Work is still as the policy made it, the annotation is true.
    var old = marked
    old["data"]?["a"] = "2"
    #expect(
      WorkComparison(work(old, annotations: annotations), prediction: predicted(plain))
        .outdatedRecords == [])
  }

  @Test(arguments: ["", "{", "5", "[5]", "[{}]", "null"])
  func anIllegibleAnnotationNamesNobody(text: String) {
    let comparison = WorkComparison(
      work(plain, annotations: ["policy.karmada.io/applied-overrides": .string(text)]),
      prediction: predicted(plain))
    #expect(comparison.appliedOverrides.policies == [])
  }

  @Test func labelsThatAFailoverRelayedAreNoDifference() {
    var relayed = marked
    relayed["metadata"]?["labels"]?["jobid"] = "4f2c"
    let one = WorkComparison(
      work(relayed), prediction: predicted(plain), relayed: ["jobid": "4f2c"])
    #expect(one.agrees)
    let other = WorkComparison(
      work(relayed), prediction: predicted(plain), relayed: ["jobid": "1111"])
    #expect(!other.agrees)
  }

  @Test func withoutAPredictionNothingIsCompared() {
    #expect(WorkComparison(work(plain), prediction: nil).differences == nil)
    #expect(WorkComparison(["metadata": ["namespace": "x"]], prediction: nil).manifest == nil)
  }

  // MARK: Pruning

  @Test func whatMembersSetThemselvesIsNotSent() {
    let service = WorkManifest.pruned([
      "kind": "Service", "spec": ["clusterIP": "10.0.0.1", "clusterIPs": ["10.0.0.1"]],
    ])
    #expect(service["spec"] == [:])
    let headless: JSONValue = ["kind": "Service", "spec": ["clusterIP": "None"]]
    #expect(WorkManifest.pruned(headless) == headless)
    let job = WorkManifest.pruned([
      "kind": "Job",
      "spec": [
        "selector": ["matchLabels": ["controller-uid": "1", "a": "b"]],
        "template": ["metadata": ["labels": ["job-name": "j", "a": "b"]]],
      ],
    ])
    #expect(job[path: "spec", "selector", "matchLabels"] == ["a": "b"])
    #expect(job[path: "spec", "template", "metadata", "labels"] == ["a": "b"])
    let account = WorkManifest.pruned([
      "kind": "ServiceAccount", "metadata": ["name": "sa"],
      "secrets": [["name": "sa-token-x"], ["name": "own"]],
    ])
    #expect(account["secrets"] == [["name": "own"]])
    #expect(WorkManifest.pruned(5) == 5)
  }

  // MARK: Drift

  @Test func whatAClusterFillsInIsLeftOutAndNamed() {
    let work: JSONValue = [
      "kind": "Deployment", "metadata": ["name": "web", "labels": ["app": "web"]],
      "spec": [
        "replicas": 3, "strategy": [:],
        "template": ["spec": ["containers": [["name": "c", "image": "nginx:1"]]]],
      ],
    ]
    var member = work
    member["metadata"]?["uid"] = "1"
    member["metadata"]?["labels"]?["team"] = "x"
    member["spec"]?["progressDeadlineSeconds"] = 600
    member["spec"]?["template"] = [
      "spec": [
        "containers": [["name": "c", "image": "nginx:1", "imagePullPolicy": "Always"]],
        "dnsPolicy": "ClusterFirst",
      ]
    ]
    member["status"] = ["replicas": 3]
    let drift = MemberDrift(work: work, member: member)
    #expect(drift.differences == [])
    #expect(
      drift.leftOut.map { "\($0.path) \($0.why)" } == [
        "/metadata/labels/team own", "/metadata/uid server",
        "/spec/progressDeadlineSeconds filledIn",
        "/spec/template/spec/containers/0/imagePullPolicy filledIn",
        "/spec/template/spec/dnsPolicy filledIn", "/status server",
      ])
  }

  @Test func aHandOnTheMemberIsDrift() {
    let work: JSONValue = [
      "kind": "ConfigMap", "metadata": ["name": "c", "labels": ["a": "b"]],
      "data": ["x": "1", "y": "2"],
    ]
    let member: JSONValue = [
      "kind": "ConfigMap", "metadata": ["name": "c", "labels": ["a": "other"]],
      "data": ["x": "1", "z": "3"],
    ]
    let drift = MemberDrift(work: work, member: member)
    #expect(
      Set(drift.differences.map(\.path.description)) == [
        "/data/y", "/data/z", "/metadata/labels/a",
      ])
    #expect(drift.leftOut == [])
  }

  @Test func listsAreComparedByNameWhereTheyHaveNames() {
    func containers(_ names: [String]) -> JSONValue {
      [
        "kind": "Deployment",
        "spec": ["containers": .array(names.map { ["name": .string($0), "image": "i"] })],
      ]
    }
    #expect(
      MemberDrift(work: containers(["a", "b"]), member: containers(["b", "a"])).differences == [])
    let injected = MemberDrift(work: containers(["a"]), member: containers(["proxy", "a"]))
    #expect(injected.differences.map(\.path.description) == ["/spec/containers/0"])
  }

  @Test func whatKarmadaKeepsFromTheMemberIsNoDrift() {
    let drift = MemberDrift(
      work: ["kind": "PersistentVolumeClaim", "spec": ["volumeName": ""]],
      member: ["kind": "PersistentVolumeClaim", "spec": ["volumeName": "pv-1"]])
    #expect(drift.differences == [])
    #expect(drift.leftOut.map(\.why) == [.retained])
    let scaled: JSONValue = [
      "kind": "Deployment",
      "metadata": ["labels": ["resourcetemplate.karmada.io/retain-replicas": "true"]],
      "spec": ["replicas": 1],
    ]
    var member = scaled
    member["spec"]?["replicas"] = 7
    #expect(MemberDrift(work: scaled, member: member).differences == [])
    member["metadata"]?["labels"] = [:]
    var own = scaled
    own["metadata"]?["labels"] = [:]
    #expect(MemberDrift(work: own, member: member).differences.count == 1)
  }
}
