/// What a `WatchMachine` is told, what it asks for, and what it says about its data.
extension WatchMachine {
  /// How one resource is to be followed.
  public struct Configuration: Hashable, Sendable {
    /// Objects a page of a list.
    public var pageSize: Int
    /// Ask for a streaming list first (`sendInitialEvents`). Given up for good once refused.
    public var prefersStreamingList: Bool
    /// List every so often instead of watching; nil to watch. At least a second.
    public var polling: Duration?
    /// The pace of polling where a watch turns out not to work.
    public var fallbackPolling: Duration
    /// How long a watch may say nothing, bookmarks included, before it counts as dead. Servers
    /// send bookmarks about every minute.
    public var idleLimit: Duration
    /// How long until a refusal (401, 403, 404) is put to the test again.
    public var deniedRetry: Duration
    public var backOff: BackOff

    public init(
      pageSize: Int = 500, prefersStreamingList: Bool = false, polling: Duration? = nil,
      fallbackPolling: Duration = .seconds(30), idleLimit: Duration = .seconds(90),
      deniedRetry: Duration = .seconds(60), backOff: BackOff = BackOff()
    ) {
      self.pageSize = pageSize
      self.prefersStreamingList = prefersStreamingList
      self.polling = polling
      self.fallbackPolling = fallbackPolling
      self.idleLimit = idleLimit
      self.deniedRetry = deniedRetry
      self.backOff = backOff
    }
  }

  /// Names one list page or one watch. Answers carry it back, so that a late answer to something
  /// given up is known as such.
  public struct Attempt: Hashable, Sendable {
    public var number: UInt64
    public init(number: UInt64) { self.number = number }
  }

  /// Names one running timer; a fresh one each time.
  public struct Timer: Hashable, Sendable {
    public enum Purpose: String, Hashable, Sendable {
      /// The wait before another try.
      case retry
      /// The time between two polls.
      case poll
      /// The watch has to have said something by then.
      case idle
      /// The watch has held long enough to be trusted.
      case settle
    }
    public var purpose: Purpose
    public var number: UInt64
    public init(_ purpose: Purpose, number: UInt64) {
      self.purpose = purpose
      self.number = number
    }
  }

  /// What the machine needs to know of one watch event.
  public enum FrameSummary: Hashable, Sendable {
    /// ADDED, MODIFIED or DELETED.
    case change(resourceVersion: String)
    case bookmark(resourceVersion: String, isInitialEventsEnd: Bool)
    /// An ERROR event, or a line that is no event at all.
    case failure(APIError)
  }

  public enum Input: Hashable, Sendable {
    case start
    case stop
    /// The user wants the newest state now.
    case refresh
    /// List every so often from now on; nil goes back to watching.
    case setPolling(Duration?)
    /// One page of a list came; an empty continue token marks the last.
    case page(Attempt, resourceVersion: String, continueToken: String, itemCount: Int)
    case listFailed(Attempt, APIError)
    /// The server took the watch, though it may not have said anything yet.
    case watchOpened(Attempt)
    case frame(Attempt, FrameSummary)
    /// nil when the server closed in good order.
    case watchEnded(Attempt, APIError?)
    case timerFired(Timer)
  }

  public enum Action: Hashable, Sendable {
    /// Ask for one page. nil limit: the whole list in one piece.
    case list(Attempt, limit: Int?, continueToken: String)
    /// Open a watch with bookmarks. An empty resourceVersion is left out of the request.
    case openWatch(
      Attempt, resourceVersion: String, sendInitialEvents: Bool, timeoutSeconds: Int)
    /// Give up that list or watch. Its answer, should one still come, is ignored.
    case close(Attempt)
    case schedule(Timer, after: Duration)
    case cancelTimer(Timer)
    /// A new whole set of rows begins. What an earlier set collected without a commit is void.
    /// `isFirst`: there was never a whole set, so that rows may be shown as they come.
    case beginReplace(isFirst: Bool)
    /// The page just reported belongs to the set.
    case appendPage
    /// The set is whole: rows not seen since `beginReplace` are gone.
    case commitReplace(resourceVersion: String)
    /// The frame just reported is to be applied: to the set between begin and commit (a streaming
    /// list), to the rows otherwise.
    case applyFrame
    case phase(Phase)
  }

  /// What the rows are worth right now. An empty table never stands for any of these.
  public enum Phase: Hashable, Sendable {
    case idle
    /// Nothing whole has come yet; so many objects so far.
    case loading(received: Int)
    case live
    case polling(every: Duration, because: PollingCause)
    /// The rows are as they were at `since` (on the clock of the inputs; nil: there never was a
    /// whole set); tried again with growing pauses.
    case stale(since: Duration?, because: APIError)
    /// Not permitted, or not served here; tried again once a minute.
    case denied(APIError)
  }

  public enum PollingCause: Hashable, Sendable {
    /// Somebody asked for it.
    case asked
    /// Watches stay silent though things change: a proxy between holds the answer back.
    case silentWatch
    /// Listing works, watching is refused.
    case watchRefused(APIError)
  }
}
