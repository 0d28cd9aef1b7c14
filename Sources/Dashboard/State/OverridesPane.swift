import ControlPlane
import Karmada
import Manifest

/// The Overrides pane: what override policies select, and a close look at one object.
public struct OverridesPane: Sendable {
  public var list = ListPane<OverrideRow>()
  /// Old and new side by side, or one under the other.
  public var isSideBySide = false
  /// The cluster whose tab is open; nil for all together.
  public internal(set) var cluster: String?
  public internal(set) var look: OverrideLook?
  /// What stands beside the list, laid out for its width.
  public internal(set) var lines: [Line] = []

  var index = OverrideIndex([])
  /// Policies have changed since the list was made; it is made anew when somebody looks.
  var isOutdated = true
  /// A binding that somebody asked about though no policy selects it.
  var pinned: RowKey?

  public init() {}
}

/// A close look at one object, kept fresh while it is looked at.
public struct OverrideLook: Sendable {
  public let key: RowKey
  /// nil until the first answer.
  public internal(set) var reading: OverrideReading?
  public internal(set) var readAt: Time?
  /// Why nothing newer could be read, while what was read before is shown.
  public internal(set) var staleBecause: String?
  /// Of the open tab; nil while they are worked out.
  public internal(set) var findings: OverrideFindings?
  /// Objects read from members, by cluster.
  var members: [String: Result<JSONValue, APIError>] = [:]
  /// Members that were asked and have not answered.
  var asked: Set<String> = []
  /// Members whose answer is older than the reading.
  var outdatedMembers: Set<String> = []
  /// Of this look, through all its readings.
  let id: Int
  /// The newest question; answers to earlier ones are dropped.
  var token: Int
  var comparisonToken = 0
  /// When the newest answer came, a useless one included.
  var triedAt: Time?
  var isReading = true
  /// Something has changed since it was read.
  var isOutdated = false

  init(_ key: RowKey, token: Int) {
    self.key = key
    self.token = token
    id = token
  }

  /// Names of the tabs after the one for all, in Karmada's order.
  public var clusters: [String] {
    guard case .success(let preview)? = reading?.preview else {
      return (reading?.comparisons.keys).map { $0.sorted() } ?? []
    }
    return preview.members.map(\.cluster)
  }
}
