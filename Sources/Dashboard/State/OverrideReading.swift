import ControlPlane
import Karmada
import Manifest

/// What has to be read to know what an object's clusters get.
public struct OverrideQuestion: Hashable, Sendable {
  public var binding: RowKey
  public var resource: ObjectReference
  /// By which the Works are found; nil when the binding has none.
  public var permanentID: String?
  /// The clusters there are.
  public var clusters: [OverrideTarget]

  public init(
    binding: RowKey, resource: ObjectReference, permanentID: String?, clusters: [OverrideTarget]
  ) {
    self.binding = binding
    self.resource = resource
    self.permanentID = permanentID
    self.clusters = clusters
  }
}

/// Everything that was read for it, fresh from the server, and what follows from it.
public struct OverrideReading: Hashable, Sendable {
  public typealias One = Result<JSONValue, APIError>
  public typealias Many = Result<[JSONValue], APIError>

  public let question: OverrideQuestion
  public let binding: One
  public let template: One
  public let works: Many
  /// What the prediction is made of; nil when part of it could not be read.
  public let input: OverridePreview.Input?
  /// What the clusters get, or why that cannot be told. Never told from half of the policies.
  public let preview: Result<OverridePreview, Obstacle>
  /// By cluster; a cluster without a Work is missing.
  public let comparisons: [String: WorkComparison]

  /// Why nothing can be predicted.
  public struct Obstacle: Error, Hashable, Sendable {
    /// One line each.
    public var reasons: [String]
    /// The server refuses to show something that is needed.
    public var isForbidden: Bool
    /// The way to the server is the trouble: what was read before may well be true still.
    public var isTransient = false
  }

  /// Renders what was read: as much work as there are different clusters.
  public init(
    _ question: OverrideQuestion, binding: One, template: One, overridePolicies: Many,
    clusterOverridePolicies: Many, works: Many
  ) {
    self.question = question
    self.binding = binding
    self.template = template
    self.works = works
    do throws(Obstacle) {
      let input = try Self.input(
        question, binding, template, overridePolicies, clusterOverridePolicies)
      self.input = input
      preview = Self.rendered(input)
    } catch {
      input = nil
      preview = .failure(error)
    }
    comparisons = Self.compared(works, with: preview, input?.targets.relayedLabels ?? [:])
  }

  private static func rendered(
    _ input: OverridePreview.Input
  ) -> Result<OverridePreview, Obstacle> {
    do throws(MalformedPolicy) {
      return .success(try OverridePreview(input))
    } catch {
      return .failure(Obstacle(reasons: ["\(error)"], isForbidden: false))
    }
  }

  private static func input(
    _ question: OverrideQuestion, _ binding: One, _ template: One, _ policies: Many,
    _ clusterPolicies: Many
  ) throws(Obstacle) -> OverridePreview.Input {
    if case .success(let binding) = binding, case .success(let template) = template,
      case .success(let policies) = policies, case .success(let clusterPolicies) = clusterPolicies
    {
      return OverridePreview.Input(
        template: template, targets: BindingTargets(decoding: binding, template: template),
        overridePolicies: policies, clusterOverridePolicies: clusterPolicies,
        clusters: question.clusters)
    }
    var errors: [APIError] = []
    for one in [binding, template] { if case .failure(let error) = one { errors.append(error) } }
    for many in [policies, clusterPolicies] {
      if case .failure(let error) = many { errors.append(error) }
    }
    throw Obstacle(
      reasons: errors.map(\.description), isForbidden: errors.contains { $0.kind == .forbidden },
      isTransient: errors.allSatisfy {
        [.unreachable, .timeout, .throttled, .server, .tls].contains($0.kind)
      })
  }

  private static func compared(
    _ works: Many, with preview: Result<OverridePreview, Obstacle>, _ relayed: [String: String]
  ) -> [String: WorkComparison] {
    guard case .success(let works) = works else { return [:] }
    let preview: OverridePreview? = if case .success(let preview) = preview { preview } else { nil }
    let all = works.map { work in
      let namespace = work[path: "metadata", "namespace"]?.string ?? ""
      let cluster = WorkComparison.cluster(ofNamespace: namespace)
      return WorkComparison(
        work, prediction: cluster.flatMap { preview?.variant(of: $0) }, relayed: relayed)
    }
    return Dictionary(all.map { ($0.cluster, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// Something is not as it should be, so that a look a moment later is worth its requests.
  var isUnsettled: Bool {
    let preview: OverridePreview
    switch self.preview {
    case .success(let found): preview = found
    // Permissions do not come by waiting.
    case .failure(let obstacle): return !obstacle.isForbidden
    }
    return preview.members.contains { member in
      member.reach != .updated || comparisons[member.cluster]?.agrees != true
    }
  }
}

/// What one tab of the pane shows, worked out beside the screen's own thread.
public struct OverrideFindings: Hashable, Sendable {
  public struct Group: Hashable, Sendable {
    public var clusters: [String]
    /// From the template to what they get; nil where Karmada fails.
    public var diff: ManifestDiff?
    public var failure: OverrideFailure?
  }

  /// nil for all clusters together.
  public let cluster: String?
  /// For all clusters: who gets the same; for one cluster only its own.
  public private(set) var groups: [Group] = []
  /// Why each policy applies or does not, for one cluster.
  public private(set) var decisions: [OverrideTrace.Decision] = []
  /// From the prediction to the Work, where they differ.
  public private(set) var workDiff: ManifestDiff?
  /// nil while the member's object was not read.
  public private(set) var drift: Result<MemberDrift, APIError>?
  /// Values of it are not to be shown.
  public let isSecret: Bool

  /// More groups than anybody reads on one page are named, not shown.
  static let groupLimit = 12

  public init(
    _ reading: OverrideReading, cluster: String?, member: Result<JSONValue, APIError>?
  ) {
    self.cluster = cluster
    isSecret = reading.question.resource.kind == "Secret"
    guard case .success(let preview) = reading.preview else { return }
    guard let cluster else {
      groups = preview.groups.enumerated().map { at, group in
        Self.group(
          preview.variants[group.variant], group.clusters, withDiff: at < Self.groupLimit)
      }
      return
    }
    if let variant = preview.variant(of: cluster) {
      groups = [Self.group(variant, [cluster], withDiff: true)]
      decisions = Self.decisions(reading, cluster, variant)
    }
    guard let work = reading.comparisons[cluster], let sent = work.manifest else { return }
    if work.differences?.isEmpty == false, let predicted = preview.variant(of: cluster)?.manifest {
      let (a, b) = Redaction.pair(
        WorkManifest.withoutMarks(predicted), WorkManifest.withoutMarks(sent))
      workDiff = ManifestDiff(from: a, to: b)
    }
    drift = member.map { $0.map { MemberDrift(work: sent, member: $0) } }
  }

  private static func group(
    _ variant: OverridePreview.Variant, _ clusters: [String], withDiff: Bool
  ) -> Group {
    guard withDiff, let manifest = variant.manifest else {
      return Group(clusters: clusters, diff: nil, failure: variant.failure)
    }
    let (before, after) = Redaction.pair(variant.base, manifest)
    return Group(
      clusters: clusters, diff: ManifestDiff(from: before, to: after, trace: variant.trace),
      failure: nil)
  }

  /// A variant stands for several clusters; the words on one of them are its own.
  private static func decisions(
    _ reading: OverrideReading, _ cluster: String, _ variant: OverridePreview.Variant
  ) -> [OverrideTrace.Decision] {
    guard variant.clusters.first != cluster,
      let target = reading.question.clusters.first(where: { $0.name == cluster })
    else { return variant.trace.decisions }
    return reading.input?.decisions(for: target) ?? variant.trace.decisions
  }
}
