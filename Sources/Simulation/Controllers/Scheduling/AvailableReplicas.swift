import Manifest

/// How many more replicas of a binding's workload a cluster could take, by its resource summary
/// (1.12: the general estimator).
struct AvailableReplicas {
  let cluster: JSONValue
  let binding: Binding

  var count: Int {
    let summary = cluster[path: "status", "resourceSummary"]
    guard let allocatable = summary?["allocatable"] else { return Int(Int32.max) }
    func free(_ name: String) -> Quantity? {
      guard let all = allocatable[name]?.string.flatMap(Quantity.init) else { return nil }
      let used = ["allocated", "allocating"].compactMap {
        summary?[$0]?[name]?.string.flatMap(Quantity.init)
      }
      return used.reduce(all) { $0 - $1 }
    }
    var count = free("pods").map { max(0, Int($0.thousandths / 1_000)) } ?? Int(Int32.max)
    let request = binding.spec[path: "replicaRequirements", "resourceRequest"]
    for (name, value) in request?.object?.members ?? [:] {
      guard let each = value.string.flatMap(Quantity.init), let free = free(name),
        let fits = free.dividedBy(each)
      else { continue }
      count = min(count, max(0, fits))
    }
    return count
  }
}
