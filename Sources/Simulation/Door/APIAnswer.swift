import ControlPlane
import Manifest

/// The answer to one request, whatever its status.
struct APIAnswer: Sendable {
  enum Body: Sendable {
    case whole([UInt8])
    /// Goes on: what to send at once, and what to wait for.
    case watch(WatchStart)
  }
  var status: Int
  var contentType = "application/json"
  /// Beside Content-Type, Content-Length and Date, which the door writes.
  var headers: [APIResponse.Header] = []
  var body: Body

  init(_ status: Int, _ value: JSONValue) {
    self.status = status
    body = .whole(value.serialized())
  }

  init(_ status: Int, bytes: [UInt8]) {
    self.status = status
    body = .whole(bytes)
  }

  init(text: String, status: Int = 200) {
    self.status = status
    contentType = "text/plain; charset=utf-8"
    body = .whole([UInt8](text.utf8))
  }

  init(_ error: StatusError) {
    self.init(error.code, error.status)
    if let seconds = error.retryAfterSeconds {
      headers.append(.init("Retry-After", String(seconds)))
    }
  }

  init(watch: WatchStart) {
    status = 200
    body = .watch(watch)
  }
}

/// A watch as it begins.
struct WatchStart: Sendable {
  var server: ServerID
  var filter: WatchFilter
  var form: ObjectForm
  /// What is sent before anything happens.
  var opening = WatchOpening()
  /// The opening says it all: an ERROR event ends a watch.
  var isOver = false
  /// What happens after this version is sent.
  var version: Int64
  var wantsBookmarks: Bool
  /// How long the client wants it; nil for as long as it lasts.
  var timeout: Duration?
}

/// What a watch says before anything happens: what there is, then a bookmark or an error. Written
/// piece by piece as it is read: of a large fleet it is more than fits into memory twice.
struct WatchOpening: Sendable {
  var events: ArraySlice<WatchEvent> = []
  /// Lines that are ready.
  var rest: [UInt8] = []

  /// Small pieces go together, so that 100,000 initial objects are not 100,000 wake-ups.
  private static let pieceSize = 64 << 10

  /// Short enough to be written at once.
  var isShort: Bool { events.count <= 1_000 }

  /// The next piece; nil when all has been said.
  mutating func next(_ writer: ObjectWriter) -> [UInt8]? {
    var piece: [UInt8] = []
    while piece.count < Self.pieceSize, let event = events.popFirst() {
      piece += writer.event(event)
    }
    if events.isEmpty {
      piece += rest
      rest = []
    }
    return piece.isEmpty ? nil : piece
  }
}
