import ControlPlane
import Karmada
import Manifest

/// What is known of failovers, and what of it the journal does not have yet.
public struct FailoverHistory: Sendable {
  public internal(set) var builder = EpisodeBuilder()
  /// The newest account of each episode, by id.
  public internal(set) var episodes: [String: Episode] = [:]
  public internal(set) var acknowledgements: [String: Acknowledgement] = [:]
  /// Older ones are not listed; nil lists all.
  public internal(set) var window: Duration?
  /// It is taken from a recording, second by second, not from the feeds.
  var isRecorded = false
  /// There is a journal, and what it has is known.
  var isKept = false

  /// Not in the journal yet, or not as they are now.
  var unsaved: Set<String> = []
  /// The same of what was said to them; each is also in `unsaved`.
  var unsavedAcknowledgements: Set<String> = []
  /// The journal has failed, and is asked again then.
  var retryAt: Time?
  var feeds: [FeedID: Watching] = [:]
  /// What Events tell of a time in which nobody watched is to be looked for.
  var mustLookBack = true
  /// When that was last, and when a late Event makes another look worth while.
  var lookedBack: Time?
  var lookAgainAt: Time?
  var lastNoted: Time?
  var lastTidied: Time?
  /// Bindings whose Works are followed.
  var followed: [BindingIdentity] = []
  /// Objects in members that were read for the state they should carry, by episode and cluster.
  var looked: Set<String> = []

  /// The plan that is on its way.
  var pendingAct: Int?

  /// How well a feed has been watched.
  struct Watching: Sendable {
    /// Nothing was heard from then on; nil while it is watched.
    var brokenSince: Time?
    var isListing = false
    var hasListed = false
    /// What is listed now may have changed while nobody watched.
    var isCatchingUp = true
  }

  public init() {}

  /// The Works of so many bindings are followed at the same time, whatever happens.
  public static let followLimit = 512
  /// A break shorter than this counts as watched: times are good to that much.
  static let tolerance = Duration.seconds(2)
  /// A journal that could not be written is left alone for so long.
  static let retryAfter = Duration.seconds(10)

  public func acknowledgement(of episode: Episode) -> Acknowledgement? {
    acknowledgements[episode.id]
  }

  /// Needs a person and nobody has said that they know.
  public func isRaised(_ episode: Episode) -> Bool {
    episode.needsPerson && acknowledgements[episode.id] == nil
  }

  /// What the journal does not have yet.
  public var unsavedEpisodes: [Episode] {
    isKept ? unsaved.compactMap { episodes[$0] }.sorted { $0.id < $1.id } : []
  }

  /// Bindings whose Works would tell something and are not followed: so many are too many.
  public var unfollowedWorks: Int { max(0, builder.worksWantedCount - Self.followLimit) }

  func isListed(_ episode: Episode, at now: Time) -> Bool {
    guard let window, !episode.isOpen else { return true }
    return (episode.latest ?? episode.began).map { now - $0 <= window } ?? false
  }
}

/// News of the failover history from outside.
public enum FailoverNews: Sendable {
  /// What the journal has; nil when there is none, or it cannot be read.
  case resumed(FailoverRecord?)
  /// What others have written since, and what they acknowledged.
  case others([Episode], [String: Acknowledgement])
  /// The journal's accounts of episodes that were given to it, with the ids they were given under.
  case kept([Kept])
  /// It could not take these, by id.
  case notKept([String])
  case notAcknowledged(String)
  case gap(ObservationGap)
  /// Works that are followed.
  case works([Work], Sighting)
  case worksGone([Work], Sighting)
  /// The object that a binding brought to a cluster, as `lookForState` asked for it.
  case memberRead(ObjectKey, cluster: String, Result<JSONValue, APIError>, at: Time)
  /// All that a recording shows up to where it stands.
  case recorded(EpisodeBuilder)

  public struct Kept: Sendable {
    public var id: String
    public var episode: Episode
    public init(id: String, episode: Episode) {
      self.id = id
      self.episode = episode
    }
  }
}

/// What a journal has of a control plane's failovers.
public struct FailoverRecord: Sendable {
  public var episodes: [Episode]
  public var acknowledgements: [String: Acknowledgement]
  public var gaps: [ObservationGap]
  public init(
    episodes: [Episode] = [], acknowledgements: [String: Acknowledgement] = [:],
    gaps: [ObservationGap] = []
  ) {
    self.episodes = episodes
    self.acknowledgements = acknowledgements
    self.gaps = gaps
  }
}
