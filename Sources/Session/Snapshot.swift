import ControlPlane
import Dashboard
import Karmada
import Manifest

/// One synced look at the fleet: every feed listed once, nothing watched.
public struct Snapshot: Sendable {
  public struct Timing: Hashable, Sendable {
    public var feed: FeedID
    public var objects: Int
    public var bytes: Int
    /// From the first request to the last row.
    public var elapsed: Duration
    /// Of that, spent reading the answers rather than waiting for them.
    public var decoding: Duration
  }

  public private(set) var state: AppState
  public private(set) var timings: [Timing] = []
  /// Feeds that could not be read, and why. The others are still worth having.
  public private(set) var failures: [FeedID: APIError] = [:]

  private struct Part: Sendable {
    var pages: [FeedObjects] = []
    var timing: Timing
    var failure: APIError?
  }

  /// Lists the feeds, the feeds side by side, each page by page. Never throws: what failed is in
  /// `failures`.
  public init(
    of plane: any ControlPlane, feeds: [FeedID] = FeedID.allCases, namespace: String? = nil,
    now: Time,
    clock: any Clock<Duration> = ContinuousClock()
  ) async {
    state = AppState(now: now, endpoint: plane.endpoint)
    // Over TLS one request first lets the others share its connection.
    if let version = await Self.version(of: plane) {
      _ = update(&state, .serverVersion(version))
    }
    await withTaskGroup(of: Part.self) { group in
      for feed in feeds {
        group.addTask { await Self.list(feed, of: plane, namespace: namespace, clock) }
      }
      for await part in group { take(part) }
    }
    timings.sort { $0.feed.rawValue < $1.feed.rawValue }
  }

  private mutating func take(_ part: Part) {
    let feed = part.timing.feed
    timings.append(part.timing)
    _ = update(&state, .feed(feed, .listBegins))
    for page in part.pages { _ = update(&state, .feed(feed, .objects(page))) }
    if let failure = part.failure {
      failures[feed] = failure
      _ = update(&state, .feed(feed, .phase(.denied(failure))))
    } else {
      _ = update(&state, .feed(feed, .listEnds))
      _ = update(&state, .feed(feed, .phase(.live)))
    }
  }

  private static func version(of plane: any ControlPlane) async -> String? {
    do { return try await plane.version().shown } catch { return nil }
  }

  private static func list(
    _ feed: FeedID, of plane: any ControlPlane, namespace: String?, _ clock: any Clock<Duration>
  ) async -> Part {
    var part = Part(
      timing: Timing(feed: feed, objects: 0, bytes: 0, elapsed: .zero, decoding: .zero))
    let scope = ListScope(feed.resource, namespace: namespace)
    let decoder = FeedDecoder(feed)
    part.timing.elapsed = await clock.measure {
      var (token, expirations) = ("", 0)
      while true {
        do {
          // A list that outlives its tokens twice is fetched in one piece.
          let page = try await plane.listPage(
            scope, limit: expirations < 2 ? 500 : nil, continueToken: token)
          part.timing.bytes += page.bytes.count
          part.timing.decoding += ContinuousClock().measure {
            for case .objects(let objects) in decoder.decode(.page(page)).news {
              part.timing.objects += objects.count
              part.pages.append(objects)
            }
          }
          if page.continueToken.isEmpty { return }
          guard page.continueToken != token else {
            part.failure = APIError(
              .protocol, message: "the list of pages goes round in circles",
              subject: "list \(feed.resource.qualifiedName)")
            return
          }
          token = page.continueToken
        } catch let error as APIError where error.kind == .gone && !token.isEmpty {
          // Begin again, rather than mix two moments.
          (token, expirations) = ("", expirations + 1)
          part.pages = []
          part.timing.objects = 0
        } catch let error as APIError {
          part.failure = error
          return
        } catch {
          part.failure = APIError(.protocol, message: "\(error)")
          return
        }
      }
    }
    return part
  }
}

extension ServerVersion {
  /// For the header. A build without version stamps says "v0.0.0-master+$Format:%H$", whose tail
  /// means nothing.
  var shown: String {
    gitVersion.contains("$Format") ? String(gitVersion.prefix { $0 != "+" }) : gitVersion
  }
}
