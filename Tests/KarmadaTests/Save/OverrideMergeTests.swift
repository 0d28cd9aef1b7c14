import Karmada
import Manifest
import TestSupport
import Testing

@Suite struct OverrideMergeTests {
  private static func policy(_ spec: JSONValue, version: String = "1") -> JSONValue {
    [
      "apiVersion": "policy.karmada.io/v1alpha1", "kind": "OverridePolicy",
      "metadata": ["name": "p", "namespace": "shop", "resourceVersion": .string(version)],
      "spec": spec,
    ]
  }

  private static func rule(_ cluster: String, _ port: Int64) -> JSONValue {
    [
      "targetCluster": ["clusterNames": [.string(cluster)]],
      "overriders": [
        "plaintext": [["path": "/spec/port", "operator": "replace", "value": .int(port)]]
      ],
    ]
  }

  private static let base = policy([
    "overrideRules": [rule("member1", 1), rule("member2", 2), rule("member3", 3)]
  ])

  private func merge(_ mine: [JSONValue], _ theirs: [JSONValue]) -> OverrideMerge {
    OverrideMerge(
      base: Self.base, mine: Self.policy(["overrideRules": .array(mine)]),
      theirs: Self.policy(["overrideRules": .array(theirs)], version: "2"))
  }

  private func rules(_ value: JSONValue?) -> [JSONValue]? {
    value?[path: "spec", "overrideRules"]?.array
  }

  @Test func changesOfDifferentRulesGoTogether() {
    let one = Self.rule("member1", 1)
    let merge = merge(
      [one, Self.rule("member2", 22), Self.rule("member3", 3)],
      [one, Self.rule("member2", 2), Self.rule("member3", 33)])
    #expect(merge.conflicts.isEmpty)
    #expect(
      rules(merge.merged([:])) == [one, Self.rule("member2", 22), Self.rule("member3", 33)])
    #expect(
      merge.theirChanges.map(FieldPath.text) == [
        "spec.overrideRules[2].overriders.plaintext[0].value"
      ])
  }

  @Test func differentFieldsOfOneOverriderGoTogether() {
    var mine = Self.rule("member1", 1)
    mine["targetCluster"] = ["clusterNames": ["member1", "member9"]]
    let rest = [Self.rule("member2", 2), Self.rule("member3", 3)]
    let merge = merge([mine] + rest, [Self.rule("member1", 11)] + rest)
    var both = Self.rule("member1", 11)
    both["targetCluster"] = mine["targetCluster"]
    #expect(merge.conflicts.isEmpty && rules(merge.merged([:])) == [both] + rest)
  }

  @Test func theSameFieldIsAConflictThatAPersonDecides() throws {
    let rest = [Self.rule("member2", 2), Self.rule("member3", 3)]
    let merge = merge([Self.rule("member1", 8)] + rest, [Self.rule("member1", 9)] + rest)
    let conflict = try #require(merge.conflicts.first)
    #expect(merge.conflicts.count == 1 && !conflict.isElements)
    #expect(
      FieldPath.text(conflict.pointer) == "spec.overrideRules[0].overriders.plaintext[0].value")
    #expect(conflict.base == 1 && conflict.mine == 8 && conflict.theirs == 9)
    #expect(merge.merged([:]) == nil)
    for (choice, port) in [(OverrideMerge.Choice.mine, 8), (.theirs, 9), (.base, 1)] {
      #expect(rules(merge.merged([0: choice])) == [Self.rule("member1", Int64(port))] + rest)
    }
  }

  @Test func rulesThatBothAddAtOnePlaceMayBothStay() throws {
    let all = rules(Self.base) ?? []
    let merge = merge(all + [Self.rule("mine", 7)], all + [Self.rule("theirs", 8)])
    let conflict = try #require(merge.conflicts.first)
    #expect(conflict.isElements && conflict.choices.contains(.both))
    #expect(
      rules(merge.merged([0: .both])) == all + [Self.rule("theirs", 8), Self.rule("mine", 7)])
    #expect(rules(merge.merged([0: .base])) == all)
  }

  @Test func whatOneTakesAwayAndTheOtherLeavesGoes() {
    let all = rules(Self.base) ?? []
    let merge = merge(Array(all.dropFirst()), all)
    #expect(merge.conflicts.isEmpty && rules(merge.merged([:])) == Array(all.dropFirst()))
  }

  @Test func whatOneTakesAwayAndTheOtherChangesIsAConflict() {
    let all = rules(Self.base) ?? []
    let merge = merge(Array(all.dropFirst()), [Self.rule("member1", 5)] + all.dropFirst())
    #expect(merge.conflicts.count == 1)
    #expect(rules(merge.merged([0: .theirs]))?.first == Self.rule("member1", 5))
  }

  @Test func theSameChangeByBothIsNoConflict() {
    let rest = [Self.rule("member2", 2), Self.rule("member3", 3)]
    let merge = merge([Self.rule("member1", 8)] + rest, [Self.rule("member1", 8)] + rest)
    #expect(merge.conflicts.isEmpty && rules(merge.merged([:])) == [Self.rule("member1", 8)] + rest)
  }

  /// Whatever two people do, deciding everything for one side gives that side's value wherever the
  /// two differ from each other, and nothing is lost where only one of them changed something.
  @Test(arguments: 0..<300)
  func nobodysChangeIsLost(seed: UInt64) {
    var random = RandomJSON(seed: seed)
    let base = Self.policy(random.value(depth: 3))
    let mine = Self.policy(random.mutation(of: base["spec"] ?? .null))
    let theirs = Self.policy(random.mutation(of: base["spec"] ?? .null), version: "2")
    let onlyMine = OverrideMerge(base: base, mine: mine, theirs: base)
    #expect(onlyMine.merged([:]) == onlyMine.mine)
    let onlyTheirs = OverrideMerge(base: base, mine: base, theirs: theirs)
    #expect(onlyTheirs.merged([:]) == onlyTheirs.theirs)
    let same = OverrideMerge(base: base, mine: mine, theirs: mine)
    #expect(same.merged([:]) == same.mine)
    let both = OverrideMerge(base: base, mine: mine, theirs: theirs)
    let ids = both.conflicts.map(\.id)
    #expect(ids == Array(0..<ids.count))
    for choice in OverrideMerge.Choice.allCases {
      #expect(both.merged(Dictionary(uniqueKeysWithValues: ids.map { ($0, choice) })) != nil)
    }
  }
}

extension RandomJSON {
  /// The value with something in it other than it was.
  fileprivate mutating func mutation(of value: JSONValue) -> JSONValue {
    func chance(_ n: Int, _ generator: inout SeededGenerator) -> Bool {
      Int.random(in: 0..<n, using: &generator) == 0
    }
    switch value {
    case .object(var object) where !object.isEmpty && !chance(8, &generator):
      let keys = Array(object.keys)
      let key = keys[Int.random(in: 0..<keys.count, using: &generator)]
      switch Int.random(in: 0..<4, using: &generator) {
      case 0: object[key] = nil
      case 1: object[string()] = self.value(depth: 1)
      default: object[key] = mutation(of: object[key] ?? .null)
      }
      return .object(object)
    case .array(var list) where !list.isEmpty && !chance(8, &generator):
      let index = Int.random(in: 0..<list.count, using: &generator)
      switch Int.random(in: 0..<4, using: &generator) {
      case 0: list.remove(at: index)
      case 1: list.insert(self.value(depth: 1), at: index)
      default: list[index] = mutation(of: list[index])
      }
      return .array(list)
    default: return self.value(depth: 1)
    }
  }
}
