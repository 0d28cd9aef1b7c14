import ControlPlane
import Karmada
import Manifest

/// Everything the dashboard knows and shows, as one value. `update` is all that changes it.
public struct AppState: Sendable {
  public var size = Size(width: 80, height: 24)
  public var now: Time
  public var connection: Connection
  public var feeds: [FeedID: Feed]
  public var options: Options

  public var summary = FleetSummary()
  public var history = FailoverHistory()
  public var clusters = ListPane<ClusterRow>()
  public var bindings = ListPane<BindingRow>()
  public var failovers = ListPane<FailoverRow>()
  public var rollbacks = RollbackBoard()
  public var policies = ListPane<PolicyRow>()
  public var events = ListPane<EventRow>()
  public var overrides = OverridesPane()
  /// Drafts that are not saved, of this session and left behind by others.
  public internal(set) var drafts: [PolicyReference: StoredDraft] = [:]
  /// The draft whose text is in the operator's own editor.
  var inEditor: DraftInEditor?
  /// A policy that is being read so that one like it can be begun.
  var cloning: PendingClone?
  /// Of the journal, as `:edits` has read them last, the newest first.
  var edits: [OverrideEdit] = []
  var editsToken = 0
  /// A policy that is being saved here; nil when none is.
  public internal(set) var runningSave: RunningSave?

  public var pane: PaneID
  /// Where Enter came from; Esc goes back.
  public var trail: [TrailStep] = []
  /// What lies over the panes, the last on top and first to get the keys.
  public var overlays: [Overlay] = []
  public var message: StatusMessage?
  public var freeze: Freeze?
  /// nil while the session only reads.
  public var arming: Arming?
  public var replay: ReplayStatus?
  /// nil on anything but an embedded Karmada.
  public var demo: DemoStatus?
  /// Earlier lines of the command prompt, the newest last.
  public var commandHistory: [String] = []
  public var keymap: Keymap

  var nextToken = 1

  public init(
    now: Time, endpoint: Endpoint, options: Options = Options(), keymap: Keymap = .standard,
    pane: PaneID = .clusters
  ) {
    self.now = now
    connection = Connection(endpoint: endpoint)
    feeds = Dictionary(uniqueKeysWithValues: FeedID.allCases.map { ($0, Feed()) })
    self.options = options
    self.keymap = keymap
    self.pane = pane
  }
}

/// The screen's, in cells, within reason whatever a terminal says.
public struct Size: Hashable, Sendable {
  public var width: Int
  public var height: Int
  public init(width: Int, height: Int) {
    self.width = min(max(0, width), 4096)
    self.height = min(max(0, height), 4096)
  }
}

public struct Options: Hashable, Sendable {
  public var theme = "quarterdeck"
  public var themes: [String] = []
  public var isMouseOn = false
  /// The columns of a pane's list, by id and in order, where the operator has chosen them.
  public var columns: [PaneID: [String]] = [:]
  /// Only this namespace's objects are read; nil for all.
  public var namespace: String?
  public var poll: Duration?
  /// Who sits at the keyboard, where the kubeconfig names no user.
  public var operatorName = ""
  /// Nothing may be changed, armed or not (--read-only).
  public var isReadOnly = false
  /// The longest time to arm for.
  public var armLimit = Duration.seconds(3600)
  /// Why this session cannot be armed; nil when it can.
  public var armRefusal: String?
  public init() {}
}

public struct Connection: Hashable, Sendable {
  public var endpoint: Endpoint
  public var serverVersion: String?
  public init(endpoint: Endpoint) { self.endpoint = endpoint }
}

/// A line at the bottom for the operator, until the next key.
public struct StatusMessage: Hashable, Sendable {
  public enum Kind: Hashable, Sendable { case info, error }
  public var kind: Kind
  public var text: String
  public init(_ kind: Kind, _ text: String) {
    self.kind = kind
    self.text = text
  }
}

/// Where the operator came from, to go back there.
public struct TrailStep: Hashable, Sendable {
  public var pane: PaneID
  /// The filter that pane had, if the step changed it.
  public var filter: String
  /// The pane whose filter is restored.
  public var filteredPane: PaneID
}

/// While frozen the screen keeps still: news waits here, only the newest of each object, so a
/// long freeze costs no more than the fleet itself.
public struct Freeze: Sendable {
  public var since: Time
  var waiting: [FeedID: WaitingNews] = [:]

  /// How many objects have news waiting.
  public var changes: Int { waiting.values.reduce(0) { $0 + $1.objects.count } }
}

struct WaitingNews: Sendable {
  /// nil marks an object that was removed.
  var objects: [ObjectKey: FeedObjects?] = [:]
  /// A whole list began meanwhile; once it has ended too, what it did not bring is gone.
  var listBegan = false
  var listEnded = false
}

/// Where a replayed incident stands.
public struct ReplayStatus: Hashable, Sendable {
  public var position: Double
  public var duration: Double
  public var speed: Double
  /// What the recording says happened last ("member3 apiserver killed").
  public var note: String
  /// Numbers that are not finite count as 0.
  public init(position: Double, duration: Double, speed: Double, note: String = "") {
    self.position = position.isFinite ? position : 0
    self.duration = duration.isFinite ? duration : 0
    self.speed = speed.isFinite ? speed : 0
    self.note = note
  }
}
