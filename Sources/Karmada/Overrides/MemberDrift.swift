import Manifest

/// What a Work asks for beside the object that really lies in its member cluster.
///
/// What a cluster may set by itself is no drift: what its API server fills in, and what Karmada
/// 1.12 keeps from the member when it writes (default/native/retain.go).
public struct MemberDrift: Hashable, Sendable {
  public struct Difference: Hashable, Sendable {
    public var path: JSONPointer
    /// nil where the Work has nothing.
    public var work: JSONValue?
    /// nil where the member has nothing.
    public var member: JSONValue?
  }

  /// A field that was left out of the comparison, and why.
  public struct LeftOut: Hashable, Sendable {
    public enum Why: String, Hashable, Sendable {
      case filledIn = "filled in by the cluster"
      case retained = "kept from the cluster by Karmada"
      case server = "the API server's own"
      case own = "the cluster's own labels and annotations"
    }
    public var path: JSONPointer
    public var why: Why
  }

  public private(set) var differences: [Difference] = []
  public private(set) var leftOut: [LeftOut] = []

  private let retained: Set<[String]>

  public init(work: JSONValue, member: JSONValue) {
    retained = Self.retainedFields(of: work)
    var path: [String] = []
    let (work, member) = (work.asKubernetesReads, member.asKubernetesReads)
    for (key, value) in work.object?.members ?? [:] {
      guard key != "metadata", key != "status" else { continue }
      path.append(key)
      compare(value, member.member(key), &path)
      path.removeLast()
    }
    for (key, _) in member.object?.members ?? [:] where key != "metadata" && work[key] == nil {
      if Self.ownMaps.contains(key) {
        difference([key], nil, member[key])
      } else {
        leave([key], key == "status" ? .server : .filledIn)
      }
    }
    compareMetadata(work["metadata"], member["metadata"])
    leftOut.sort { $0.path.tokens.lexicographicallyPrecedes($1.path.tokens) }
  }

  // MARK: Metadata

  private mutating func compareMetadata(_ work: JSONValue?, _ member: JSONValue?) {
    for (key, value) in work?.object?.members ?? [:] {
      let theirs = member?[key]
      switch key {
      case "labels", "annotations":
        for (name, value) in value.object?.members ?? [:] where theirs?[name] != value {
          difference(["metadata", key, name], value, theirs?[name])
        }
        let own = (theirs?.object?.keys.map { $0 } ?? []).filter { value[$0] == nil }
        for name in own { leave(["metadata", key, name], .own) }
      default:
        if theirs != value { difference(["metadata", key], value, theirs) }
      }
    }
    for key in member?.object?.keys.map({ $0 }) ?? [] where work?[key] == nil {
      leave(["metadata", key], key == "labels" || key == "annotations" ? .own : .server)
    }
  }

  // MARK: Values

  private mutating func compare(_ work: JSONValue, _ member: JSONValue?, _ path: inout [String]) {
    if isRetained(path) {
      if work != member { leave(path, .retained) }
      return
    }
    guard let member, member != .null else {
      // An API server drops what is empty.
      if !work.isEmptyToAServer { difference(path, work, nil) }
      return
    }
    switch (work, member) {
    case (.object(let wanted), .object(let found)):
      for (key, value) in wanted.members {
        path.append(key)
        compare(value, found[key], &path)
        path.removeLast()
      }
      let isOwnMap = path.count == 1 && Self.ownMaps.contains(path[0])
      for (key, value) in found.members where wanted[key] == nil {
        if isOwnMap {
          difference(path + [key], nil, value)
        } else {
          leave(path + [key], isRetained(path + [key]) ? .retained : .filledIn)
        }
      }
    case (.array(let wanted), .array(let found)): compare(wanted, found, &path)
    case (.null, _): leave(path, .filledIn)
    default: if work != member { difference(path, work, member) }
    }
  }

  /// Lists of named things by their names, others by their places.
  private mutating func compare(
    _ work: [JSONValue], _ member: [JSONValue], _ path: inout [String]
  ) {
    let names = work.compactMap { $0["name"]?.string }
    let theirs = member.compactMap { $0["name"]?.string }
    let areNamed =
      names.count == work.count && theirs.count == member.count
      && Set(names).count == names.count && Set(theirs).count == theirs.count
    for (i, value) in work.enumerated() {
      let at = areNamed ? theirs.firstIndex(of: names[i]) : (i < member.count ? i : nil)
      path.append(String(i))
      compare(value, at.map { member[$0] }, &path)
      path.removeLast()
    }
    for (i, value) in member.enumerated() {
      let isExtra = areNamed ? !names.contains(theirs[i]) : i >= work.count
      if isExtra { difference(path + [String(i)], nil, value) }
    }
  }

  private mutating func difference(_ path: [String], _ work: JSONValue?, _ member: JSONValue?) {
    differences.append(
      Difference(path: JSONPointer(tokens: path), work: work, member: member))
  }

  private mutating func leave(_ path: [String], _ why: LeftOut.Why) {
    leftOut.append(LeftOut(path: JSONPointer(tokens: path), why: why))
  }

  // MARK: What is whose

  /// What stands in these belongs to the user alone; no cluster adds to it.
  private static let ownMaps: Set<String> = ["data", "binaryData", "stringData"]

  /// Places of lists are written as `*`.
  private func isRetained(_ path: [String]) -> Bool {
    if retained.isEmpty { return false }
    if retained.contains(path) { return true }
    return retained.contains(path.map { Int($0) == nil ? $0 : "*" })
  }

  private static func retainedFields(of work: JSONValue) -> Set<[String]> {
    var fields: Set<[String]> = []
    switch work["kind"]?.string {
    case "Pod":
      fields = [
        ["spec", "nodeName"], ["spec", "serviceAccountName"], ["spec", "volumes"],
        ["spec", "containers", "*", "volumeMounts"],
        ["spec", "initContainers", "*", "volumeMounts"],
      ]
    case "Service":
      fields = [["spec", "clusterIP"], ["spec", "clusterIPs"], ["spec", "healthCheckNodePort"]]
    case "ServiceAccount": fields = [["secrets"]]
    case "PersistentVolumeClaim": fields = [["spec", "volumeName"]]
    case "PersistentVolume": fields = [["spec", "claimRef"]]
    case "Job": fields = [["spec", "selector"], ["spec", "template", "metadata", "labels"]]
    case "Secret" where work["type"] == "kubernetes.io/service-account-token":
      fields = [["data"]]
    default: break
    }
    let label = "resourcetemplate.karmada.io/retain-replicas"
    if work[path: "metadata", "labels", label] == "true" { fields.insert(["spec", "replicas"]) }
    return fields
  }
}

extension JSONValue {
  /// Null, or a list or object without anything in it, or a text without a character.
  fileprivate var isEmptyToAServer: Bool {
    switch self {
    case .null: true
    case .array(let elements): elements.isEmpty
    case .object(let object): object.members.values.allSatisfy(\.isEmptyToAServer)
    case .string(let text): text.isEmpty
    case .bool, .int, .double, .number: false
    }
  }
}
