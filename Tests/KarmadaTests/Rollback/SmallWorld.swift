import Karmada
import Manifest
import TestSupport

/// Karmada in a hundred lines, for machines that are tested without one: the flag travels policy →
/// binding → Work with a delay at each step, and only the Work's copy counts when a template goes.
///
/// What the real one does is in the recordings; the embedded Karmada has tests of its own. This one
/// is for running thousands of rollbacks in a second.
struct SmallWorld {
  struct Policy {
    var uid = "policy-1"
    var version = 1
    var preserves: Bool?
    var isLazy = false
    var placement = "all"
  }
  struct Template {
    var uid: String
    var version = 1
    var data = "1"
    var nudge: String?
    var isProtected = false
    /// Of the policy that the binding has seen, for Lazy ones.
    var claim = "web-pp"
  }
  struct Binding {
    var templateUID: String
    var preserves = false
    var generation = 1
    var observed = 1
    var clusters: [String]
    /// Names of the bindings that need it.
    var requiredBy: [String] = []
    var isTerminating = false
  }
  struct Work {
    var uid: String
    var preserves = false
    var isTerminating = false
  }
  struct Member: Equatable {
    var uid: String
    var isManaged = true
    var data = "1"
  }
  struct Place: Hashable {
    var name: String
    var cluster: String
  }
  private enum Job {
    /// The policy's change reaches a binding; false where a Lazy policy holds it back.
    case bindingFromPolicy(String)
    case schedule(String)
    case works(String)
    case dependents(String)
    case collect(String)
    case deleteWorks(String)
    case execute(Place)
  }

  var now = Time(seconds: 1_780_000_000)
  var policy: Policy? = Policy()
  var templates: [String: Template] = [:]
  /// Templates that nobody's policy selects: they go where their owners go.
  var dependents: [String: Template] = [:]
  var bindings: [String: Binding] = [:]
  var works: [Place: Work] = [:]
  var members: [Place: Member] = [:]
  var downClusters: Set<String> = []
  /// The proxy does not let us look.
  var unseenClusters: Set<String> = []
  var deniedVerbs: Set<String> = []
  var events: [String] = []
  var delays = 20...400
  /// What the Works of bindings that are gone still carry.
  private(set) var formerUIDs: [String: String] = [:]
  /// Every place that ever had a member object.
  private(set) var formerPlaces: [Place] = []

  private var jobs: [(at: Time, job: Job)] = []
  private var random: SeededGenerator
  private var lastUID = 100

  init(seed: UInt64 = 1) { random = SeededGenerator(seed: seed) }

  static let clusterNames = ["member1", "member2"]

  /// `count` ConfigMaps on two members; with `shared` the first two need one more.
  static func webs(_ count: Int, shared: Bool = false, seed: UInt64 = 1) -> SmallWorld {
    var world = SmallWorld(seed: seed)
    for i in 0..<count {
      let name = "web-\(i < 10 ? "0" : "")\(i)"
      world.templates[name] = Template(uid: world.uid())
      world.place(name, on: clusterNames, uid: world.templates[name]?.uid ?? "")
    }
    if shared {
      world.dependents["shared"] = Template(uid: world.uid(), claim: "")
      world.place("shared", on: clusterNames, uid: world.dependents["shared"]?.uid ?? "")
      world.bindings["shared"]?.requiredBy = ["web-00", "web-01"]
      world.bindings["shared"]?.clusters = []
    }
    return world
  }

  mutating func place(_ name: String, on clusters: [String], uid: String) {
    bindings[name] = Binding(templateUID: uid, clusters: clusters)
    for cluster in clusters {
      works[Place(name: name, cluster: cluster)] = Work(uid: self.uid())
      members[Place(name: name, cluster: cluster)] = Member(uid: self.uid())
      formerPlaces.append(Place(name: name, cluster: cluster))
    }
  }

  mutating func uid() -> String {
    lastUID += 1
    return "uid-\(lastUID)"
  }

  // MARK: What operators do

  mutating func setFlag(_ value: Bool?) {
    guard policy != nil else { return }
    policy?.preserves = value
    policy?.version += 1
    guard policy?.isLazy == false else { return }
    for name in templates.keys.sorted() { later(.bindingFromPolicy(name)) }
  }

  mutating func setNudge(_ name: String, _ value: String?) {
    templates[name]?.nudge = value
    templates[name]?.version += 1
    later(.bindingFromPolicy(name))
  }

  mutating func change(_ name: String, to data: String) {
    templates[name]?.data = data
    templates[name]?.version += 1
  }

  /// A controller writes a status: the version moves, the meaning stays.
  mutating func touchStatus(of name: String) { templates[name]?.version += 1 }

  mutating func delete(_ name: String) {
    guard templates.removeValue(forKey: name) != nil else { return }
    later(.collect(name))
  }

  mutating func recreate(_ name: String) {
    templates[name] = Template(uid: uid())
    later(.collect(name))
  }

  /// Somebody changes a workload that needs `dependent`: its flag becomes that workload's.
  mutating func touch(_ name: String) { later(.dependents(name)) }

  // MARK: Time

  private mutating func later(_ job: Job) {
    let delay = Int.random(in: delays, using: &random)
    jobs.append((now + .milliseconds(delay), job))
  }

  mutating func advance(by duration: Duration) {
    let end = now + duration
    while let next = jobs.indices.min(by: { jobs[$0].at < jobs[$1].at }), jobs[next].at <= end {
      let (at, job) = jobs.remove(at: next)
      now = max(now, at)
      run(job)
    }
    now = end
  }

  private mutating func run(_ job: Job) {
    switch job {
    case .bindingFromPolicy(let name):
      guard let template = templates[name], let policy, bindings[name]?.isTerminating == false,
        bindings[name]?.templateUID == template.uid
      else { return }
      let flag = policy.preserves == true
      guard bindings[name]?.preserves != flag else { return }
      bindings[name]?.preserves = flag
      bindings[name]?.generation += 1
      later(.schedule(name))
      later(.works(name))
      later(.dependents(name))
    case .schedule(let name):
      guard let generation = bindings[name]?.generation else { return }
      bindings[name]?.observed = generation
    case .works(let name):
      guard let binding = bindings[name], !binding.isTerminating else { return }
      for cluster in needed(binding)
      where works[Place(name: name, cluster: cluster)]?.isTerminating == false {
        works[Place(name: name, cluster: cluster)]?.preserves = binding.preserves
      }
    case .dependents(let name):
      guard let owner = bindings[name] else { return }
      for (other, binding) in bindings where binding.requiredBy.contains(name) {
        bindings[other]?.preserves = owner.preserves
        later(.works(other))
      }
    case .collect(let name):
      guard let binding = bindings[name], binding.templateUID != templates[name]?.uid else {
        return
      }
      bindings[name]?.isTerminating = true
      later(.deleteWorks(name))
    case .deleteWorks(let name):
      formerUIDs[name] = bindings[name]?.templateUID
      bindings[name] = nil
      for place in works.keys where place.name == name { terminate(place) }
      for (other, binding) in bindings where binding.requiredBy.contains(name) {
        bindings[other]?.requiredBy.removeAll { $0 == name }
        let left = needed(bindings[other] ?? binding)
        for place in works.keys where place.name == other && !left.contains(place.cluster) {
          terminate(place)
        }
      }
    case .execute(let place):
      guard let work = works[place], work.isTerminating else { return }
      guard !downClusters.contains(place.cluster), members[place] != nil || !work.preserves else {
        return later(.execute(place))
      }
      if work.preserves { members[place]?.isManaged = false } else { members[place] = nil }
      works[place] = nil
    }
  }

  private mutating func terminate(_ place: Place) {
    works[place]?.isTerminating = true
    later(.execute(place))
  }

  private func needed(_ binding: Binding) -> Set<String> {
    Set(binding.clusters).union(
      binding.requiredBy.flatMap { bindings[$0]?.clusters ?? [] })
  }
}
