import Manifest

/// What Karmada 1.12's API server refuses in an override policy, as far as it can be known without
/// asking: the schema of the custom resource, unknown fields (fieldValidation=Strict), and the
/// validating webhook (pkg/util/validation of Karmada 1.12).
public enum OverrideValidation {
  /// In the order of the policy; lines are left to the draft.
  public static func problems(in policy: JSONValue) -> [OverrideProblem] {
    var check = OverrideCheck()
    guard case .object = policy else {
      check.refuse(.schema, [], "a policy must be an object; this is \(policy.kindTitle)")
      return check.problems
    }
    let scope: OverridePolicySpec.Scope
    switch policy["kind"] {
    case .string(let kind)? where OverridePolicySpec.Scope(rawValue: kind) != nil:
      scope = kind == OverridePolicySpec.Scope.cluster.rawValue ? .cluster : .namespaced
    default:
      check.refuse(.schema, ["kind"], "must be OverridePolicy or ClusterOverridePolicy")
      scope = .namespaced
    }
    check.members(of: policy, OverrideSchema.policy(scope), at: [])
    check.metadata(policy, scope)
    check.webhook(policy["spec"] ?? .null)
    return check.problems
  }
}

/// Gathers problems on the way through a policy.
struct OverrideCheck {
  private(set) var problems: [OverrideProblem] = []

  mutating func refuse(
    _ source: OverrideProblem.Source, _ tokens: [String], _ sentence: String
  ) {
    let pointer = JSONPointer(tokens: tokens)
    // What has been said of a field need not be said again.
    if problems.contains(where: { $0.pointer == pointer }) { return }
    problems.append(OverrideProblem(source, .blocker, pointer, sentence))
  }

  // MARK: Schema

  mutating func check(_ value: JSONValue, _ field: OverrideField, at path: [String]) {
    func wrong(_ wanted: String) {
      refuse(.schema, path, "must be \(wanted), and is \(value.kindTitle)")
    }
    switch field.shape {
    case .any: break
    case .text: if value.string == nil { wrong("a text") }
    case .choice(let choices): check(value, choices, field, at: path)
    case .object:
      guard value.object != nil else { return wrong("an object") }
      members(of: value, field, at: path)
    case .list(let element):
      guard let list = value.array else { return wrong("a list") }
      for (i, value) in list.enumerated() { check(value, element, at: path + [String(i)]) }
    case .pairs:
      guard let object = value.object else { return wrong("an object of texts") }
      for (key, value) in object.members where value.string == nil {
        refuse(.schema, path + [key], "must be a text, and is \(value.kindTitle)")
      }
    }
  }

  private mutating func check(
    _ value: JSONValue, _ choices: [String], _ field: OverrideField, at path: [String]
  ) {
    guard let text = value.string else {
      return refuse(.schema, path, "must be a text, and is \(value.kindTitle)")
    }
    guard !choices.contains(text), field.enforcer == .schema else { return }
    refuse(
      .schema, path,
      "\(JSONValue.string(text).jsonText()) is none of \(choices.sorted().joined(separator: ", "))"
    )
  }

  mutating func members(of value: JSONValue, _ field: OverrideField, at path: [String]) {
    guard case .object(let fields) = field.shape, let object = value.object else { return }
    for known in fields {
      // A null where none may be is dropped before anything is judged.
      if let member = object[known.name], member != .null {
        check(member, known, at: path + [known.name])
      } else if known.isRequired, path.first != "metadata" {
        refuse(.schema, path + [known.name], "is required")
      }
    }
    for key in object.keys where field.member(key) == nil && !isServers(key, at: path) {
      let near = fields.map(\.name).first { $0.isNear(key) }
      refuse(
        .schema, path + [key],
        "the API has no field of this name" + (near.map { "; is \($0) meant?" } ?? ""))
    }
  }

  /// What only servers write; a copy of a server's object may have it.
  private func isServers(_ key: String, at path: [String]) -> Bool {
    switch path {
    case ["metadata"]:
      [
        "creationTimestamp", "deletionGracePeriodSeconds", "deletionTimestamp", "finalizers",
        "generateName", "generation", "managedFields", "ownerReferences", "resourceVersion",
        "selfLink", "uid", "namespace",
      ].contains(key)
    default: false
    }
  }

  // MARK: Metadata

  mutating func metadata(_ policy: JSONValue, _ scope: OverridePolicySpec.Scope) {
    let metadata = policy["metadata"] ?? [:]
    let name = metadata["name"]?.string ?? ""
    if name.isEmpty {
      refuse(.schema, ["metadata", "name"], "is required")
    } else if !KubernetesName.isSubdomain(name) {
      refuse(.schema, ["metadata", "name"], KubernetesName.subdomainRule)
    }
    let namespace = metadata["namespace"]?.string ?? ""
    if scope == .namespaced, namespace.isEmpty {
      refuse(.schema, ["metadata", "namespace"], "is required: the policy is in a namespace")
    } else if scope == .namespaced, !KubernetesName.isLabel(namespace) {
      refuse(.schema, ["metadata", "namespace"], KubernetesName.labelRule)
    } else if scope == .cluster, !namespace.isEmpty {
      refuse(
        .schema, ["metadata", "namespace"], "a ClusterOverridePolicy belongs to no namespace")
    }
    labels(metadata["labels"], .schema, at: ["metadata", "labels"])
    annotations(metadata["annotations"], .schema, at: ["metadata", "annotations"])
  }

  mutating func labels(
    _ value: JSONValue?, _ source: OverrideProblem.Source, at path: [String]
  ) {
    for (key, value) in value?.object?.members ?? [:] {
      if !LabelName.isKey(key) {
        refuse(source, path + [key], "\(JSONValue.string(key).jsonText()) cannot name a label")
      } else if let text = value.string, !LabelName.isValue(text) {
        refuse(
          source, path + [key],
          "\(JSONValue.string(text).jsonText()) cannot be a label's value: up to 63 letters, "
            + "digits, -, _ and ., beginning and ending with a letter or digit")
      }
    }
  }

  mutating func annotations(
    _ value: JSONValue?, _ source: OverrideProblem.Source, at path: [String]
  ) {
    var size = 0
    for (key, value) in value?.object?.members ?? [:] {
      size += key.utf8.count + (value.string?.utf8.count ?? 0)
      if !LabelName.isKey(key.lowercased()) {
        refuse(
          source, path + [key], "\(JSONValue.string(key).jsonText()) cannot name an annotation")
      }
    }
    if size > 256 << 10 {
      refuse(source, path, "is \(size) bytes; annotations may have \(256 << 10) together")
    }
  }
}

/// Kubernetes' rules for names.
enum KubernetesName {
  static let subdomainRule =
    "must be lower case letters, digits, - and ., beginning and ending with a letter or digit, "
    + "253 at most"
  static let labelRule =
    "must be lower case letters, digits and -, beginning and ending with a letter or digit, "
    + "63 at most"

  static func isSubdomain(_ text: String) -> Bool {
    text.utf8.count <= 253
      && text.utf8.split(separator: 0x2E, omittingEmptySubsequences: false)
        .allSatisfy(isWord)
  }

  static func isLabel(_ text: String) -> Bool {
    text.utf8.count <= 63 && isWord(Substring(text).utf8)
  }

  private static func isWord(_ bytes: Substring.UTF8View) -> Bool {
    guard let first = bytes.first, let last = bytes.last else { return false }
    return first != 0x2D && last != 0x2D
      && bytes.allSatisfy { 0x61...0x7A ~= $0 || 0x30...0x39 ~= $0 || $0 == 0x2D }
  }
}

extension JSONValue {
  /// "a number", for a sentence.
  var kindTitle: String {
    switch self {
    case .null: "nothing"
    case .bool: "a boolean"
    case .int, .double, .number: "a number"
    case .string: "a text"
    case .array: "a list"
    case .object: "an object"
    }
  }
}

extension String {
  /// A slip of the finger away: one letter more, less, other, or two in the other order.
  fileprivate func isNear(_ other: String) -> Bool {
    let (a, b) = (Array(lowercased()), Array(other.lowercased()))
    guard abs(a.count - b.count) <= 1 else { return false }
    let start = zip(a, b).prefix { $0 == $1 }.count
    let (x, y) = (a[start...], b[start...])
    if x.dropFirst().elementsEqual(y) || x.elementsEqual(y.dropFirst()) { return true }
    if x.dropFirst().elementsEqual(y.dropFirst()) { return true }
    return x.count >= 2 && y.count >= 2 && x.prefix(2).elementsEqual(y.prefix(2).reversed())
      && x.dropFirst(2).elementsEqual(y.dropFirst(2))
  }
}
