import Dashboard
import Journal
import Karmada
import Manifest

/// The part of the journal that is about one control plane's failovers, off the main thread.
public actor FailoverJournal {
  private let server: String
  private let path: String
  private let retention: Duration?
  private let now: @Sendable () -> Time
  private var journal: Journal?
  /// What others wrote up to that number is known.
  private var sequence: Int64 = 0

  /// - Parameters:
  ///   - path: the journal's file.
  ///   - server: the control plane, as its endpoint names it.
  ///   - retention: how long what is over is kept; nil for good.
  public init(
    path: String, server: String, retention: Duration?, now: @escaping @Sendable () -> Time
  ) {
    self.path = path
    self.server = server
    self.retention = retention
    self.now = now
  }

  /// Opens the journal, forgets what is too old, and returns what it has.
  func open() -> Result<FailoverRecord, JournalError> {
    do throws(JournalError) {
      let journal = try Journal(path: path)
      if let retention { try journal.forgetFailovers(before: now() - retention) }
      let (episodes, last) = try journal.episodes(server: server)
      sequence = last
      self.journal = journal
      return .success(
        FailoverRecord(
          episodes: episodes, acknowledgements: try journal.acknowledgements(server: server),
          gaps: try journal.observationGaps(server: server)))
    } catch {
      return .failure(error)
    }
  }

  /// Carries out what the dashboard asked to be kept; returns what there is to tell it.
  func perform(_ effect: Effect) -> Result<[FailoverNews], JournalError> {
    guard let journal else { return .success([]) }
    do throws(JournalError) {
      switch effect {
      case .keepEpisodes(let episodes):
        return .success([try keep(episodes, in: journal).news])
      case .keepAcknowledgement(let acknowledgement, let episode):
        // The journal may know it under another id.
        let (kept, news) = try keep([episode], in: journal)
        try journal.acknowledge(acknowledgement, episode: kept.first?.id ?? episode.id)
        return .success([news])
      case .noteWatching(let time):
        try journal.noteWatching(server: server, until: time)
        return .success(try others(journal))
      case .resumeWatching(let since, let time, let why):
        let gap = try journal.resumeWatching(server: server, since: since, at: time, why: why)
        return .success(gap.map { [.gap($0)] } ?? [])
      default: return .success([])
      }
    } catch {
      return .failure(error)
    }
  }

  private func keep(
    _ episodes: [Episode], in journal: Journal
  ) throws(JournalError) -> (kept: [Episode], news: FailoverNews) {
    let kept = try journal.keep(episodes, server: server)
    return (kept, .kept(zip(episodes, kept).map { FailoverNews.Kept(id: $0.id, episode: $1) }))
  }

  /// For writes that are to be noted; nil when the journal could not be opened.
  var opened: Journal? { journal }

  /// What other dashboards have written meanwhile.
  private func others(_ journal: Journal) throws(JournalError) -> [FailoverNews] {
    let (episodes, last) = try journal.episodes(server: server, after: sequence)
    sequence = last
    let acknowledgements = try journal.acknowledgements(server: server)
    return [.others(episodes, acknowledgements)]
  }

  /// The last words of a session. What cannot be written now is lost with it.
  func close(_ episodes: [Episode], at time: Time, isWatching: Bool) {
    guard let journal else { return }
    do throws(JournalError) {
      try journal.keep(episodes, server: server)
      if isWatching { try journal.noteWatching(server: server, until: time) }
    } catch {
      // The session is over: there is nobody left to tell.
    }
  }
}
