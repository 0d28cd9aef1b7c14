import Karmada
import Testing

@testable import Session

/// Which watches an outage costs.
@Suite struct WorksBatchesTests {
  private func bindings(_ numbers: some Sequence<Int>, namespace: String = "shop")
    -> [BindingIdentity]
  {
    numbers.map { number in
      BindingIdentity(
        key: ObjectKey(namespace: namespace, name: "web-\(number)"), uid: "u\(number)",
        permanentID: "\(namespace)-\(number)")
    }
  }

  @Test func manyShareAWatch() {
    var batches = WorksBatches()
    let (begun, ended) = batches.follow(bindings(0..<512))
    #expect(begun.count == 8 && ended.isEmpty)
    #expect(Set(begun.flatMap(\.permanentIDs)).count == 512)
    #expect(begun.allSatisfy { $0.scope.labelSelector?.utf8.count ?? 0 < 4000 })
    #expect(batches.follow(bindings(0..<512)).begun.isEmpty)
  }

  @Test func theKindsAreToldApart() {
    var batches = WorksBatches()
    let begun = batches.follow(bindings([1]) + bindings([2], namespace: "")).begun
    #expect(
      begun.map(\.scope.labelSelector) == [
        "clusterresourcebinding.karmada.io/permanent-id=-2",
        "resourcebinding.karmada.io/permanent-id=shop-1",
      ])
  }

  @Test func aWatchGoesOnceNothingOfItIsWanted() {
    var batches = WorksBatches()
    let first = batches.follow(bindings(0..<3)).begun
    #expect(batches.follow(bindings(2..<3)).ended.isEmpty)
    #expect(batches.follow([]).ended == first)
    #expect(batches.batches.isEmpty)
  }

  /// One at a time, as an eviction queue lets them go: never more watches than there may be, and
  /// always everybody followed.
  @Test func trickleIsJoined() {
    var batches = WorksBatches()
    var open: Set<Int> = []
    for last in 0..<600 {
      let wanted = bindings(max(0, last - 200)...last)
      let (begun, ended) = batches.follow(wanted)
      open.formUnion(begun.map(\.id))
      open.subtract(ended.map(\.id))
      let followed = Set(batches.batches.flatMap(\.permanentIDs))
      #expect(wanted.allSatisfy { followed.contains($0.permanentID) })
      #expect(batches.batches.count <= WorksBatches.most)
      #expect(open == Set(batches.batches.map(\.id)))
    }
  }
}
