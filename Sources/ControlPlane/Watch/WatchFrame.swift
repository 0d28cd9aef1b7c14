import Manifest

/// One event of a watch: a line of its body.
public struct WatchFrame: Hashable, Sendable {
  public enum EventType: String, Hashable, Sendable {
    case added = "ADDED"
    case modified = "MODIFIED"
    case deleted = "DELETED"
    /// Says only how far the watch is.
    case bookmark = "BOOKMARK"
    /// The object is a Status, and the watch is over.
    case error = "ERROR"
  }

  public var type: EventType
  /// The line as it came.
  public var line: [UInt8]
  /// Where in `line` the object lies.
  public var object: Range<Int>
  /// The object's resourceVersion; empty for an error.
  public var resourceVersion: String
  /// A bookmark that ends the initial events of a streaming list.
  public var isInitialEventsEnd: Bool

  /// The object's JSON.
  public var objectBytes: ArraySlice<UInt8> {
    line[object.clamped(to: line.startIndex..<line.endIndex)]
  }

  /// Reads one line; the object is checked to be whole JSON, but not built. Throws a `.protocol`
  /// error when the line is no event.
  public init(line: [UInt8]) throws(APIError) {
    self.line = line
    (type, object, resourceVersion, isInitialEventsEnd) = (.error, 0..<0, "", false)
    let result = line.withUnsafeBytes { buffer -> Result<Envelope, JSONScanner.Failure> in
      do throws(JSONScanner.Failure) {
        return .success(try Envelope(buffer))
      } catch {
        return .failure(error)
      }
    }
    switch result {
    case .failure(let failure):
      throw APIError(.protocol, message: "a watch event that is not JSON (\(failure))")
    case .success(let envelope):
      guard let type = EventType(rawValue: envelope.type) else {
        let type = PlainText.words(envelope.type)
        throw APIError(.protocol, message: "a watch event of unknown type \"\(type)\"")
      }
      guard let object = envelope.object else {
        throw APIError(.protocol, message: "a watch event without an object")
      }
      self.type = type
      self.object = object
      resourceVersion = envelope.resourceVersion
      isInitialEventsEnd = type == .bookmark && envelope.isInitialEventsEnd
    }
  }
}

/// The parts of a watch event that are not the object's own.
private struct Envelope {
  var type = ""
  var object: Range<Int>?
  var resourceVersion = ""
  var isInitialEventsEnd = false

  init(_ line: UnsafeRawBufferPointer) throws(JSONScanner.Failure) {
    var scanner = JSONScanner(line)
    var envelope = self
    try scanner.object { key, scanner throws(JSONScanner.Failure) in
      switch key {
      case "type": envelope.type = try scanner.string()
      case "object": envelope.object = try envelope.readObject(&scanner)
      default: try scanner.skip()
      }
    }
    try scanner.finish()
    self = envelope
  }

  private mutating func readObject(
    _ scanner: inout JSONScanner
  ) throws(JSONScanner.Failure) -> Range<Int>? {
    guard try scanner.next() == .object else {
      try scanner.skip()
      return nil
    }
    let start = scanner.offset
    var envelope = self
    try scanner.object { key, scanner throws(JSONScanner.Failure) in
      switch key {
      case "metadata": try envelope.readMetadata(&scanner)
      default: try scanner.skip()
      }
    }
    self = envelope
    return start..<scanner.offset
  }

  private mutating func readMetadata(_ scanner: inout JSONScanner) throws(JSONScanner.Failure) {
    var envelope = self
    try scanner.object { key, scanner throws(JSONScanner.Failure) in
      switch key {
      case "resourceVersion": envelope.resourceVersion = try scanner.string()
      case "annotations":
        try scanner.object { key, scanner throws(JSONScanner.Failure) in
          switch key {
          case "k8s.io/initial-events-end":
            envelope.isInitialEventsEnd = try scanner.string() == "true"
          default: try scanner.skip()
          }
        }
      default: try scanner.skip()
      }
    }
    self = envelope
  }
}

extension WatchFrame {
  /// What the watch machine needs to know of it.
  func summary(for request: APIRequest) -> WatchMachine.FrameSummary {
    switch type {
    case .added, .modified, .deleted: .change(resourceVersion: resourceVersion)
    case .bookmark:
      .bookmark(resourceVersion: resourceVersion, isInitialEventsEnd: isInitialEventsEnd)
    case .error: .failure(APIError(statusObject: objectBytes, request: request))
    }
  }
}
