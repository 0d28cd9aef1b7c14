import ControlPlane
import Dashboard
import Journal
import Logging
import Manifest

/// A control plane on which every change is noted in the journal before it is sent, with who asked
/// for it and why. What cannot be noted is not sent: `send` then throws a `JournalError`.
///
/// Reads, access reviews and dry runs change nothing and are not noted.
public struct AuditedControlPlane: ControlPlane {
  private let plane: any ControlPlane
  private let journal: Journal
  private let reason: String
  private let rollback: String?
  private let now: @Sendable () -> Time
  private let log: Logger

  /// - Parameter rollback: the run that the changes belong to, if any.
  public init(
    _ plane: any ControlPlane, journal: Journal, reason: String, rollback: String? = nil,
    now: @escaping @Sendable () -> Time, log: Logger
  ) {
    self.plane = plane
    self.journal = journal
    self.reason = reason
    self.rollback = rollback
    self.now = now
    self.log = log
  }

  public var endpoint: Endpoint { plane.endpoint }

  public func stream(_ request: APIRequest) -> AsyncThrowingStream<[UInt8], any Error> {
    plane.stream(request)
  }

  public func send(_ request: APIRequest) async throws -> APIResponse {
    guard request.changesSomething else { return try await plane.send(request) }
    let audit = try journal.note(record(of: request))
    do {
      let response = try await plane.send(request)
      complete(audit, "\(response.status)")
      return response
    } catch let error as APIError {
      complete(
        audit, error.status.map { "\($0) \(error.because)" } ?? "no answer: \(error.because)")
      throw error
    }
  }

  private func record(of request: APIRequest) -> AuditRecord {
    var body = JSONValue.null
    if let bytes = request.body {
      do { body = Redaction.redacted(try JSONValue(parsing: bytes)) } catch {
        body = .string("\(bytes.count) bytes that are no JSON")
      }
    }
    // A patch of a Secret does not say what it is a patch of.
    if ResourcePath(request.path)?.plural == "secrets" { body = "hidden: of a Secret" }
    return AuditRecord(
      at: now(), server: endpoint.server, context: endpoint.context, user: endpoint.user ?? "",
      reason: reason, request: "\(request.method.rawValue) \(request.path)", body: body,
      rollback: rollback)
  }

  /// The server has answered: that the answer cannot be noted must not look like its refusal. The
  /// record stays open, which is what it means.
  private func complete(_ audit: Int64, _ outcome: String) {
    do {
      try journal.complete(audit, outcome: outcome)
    } catch {
      log.error("the outcome of a change is not in the journal", metadata: ["error": "\(error)"])
    }
  }
}

extension APIRequest {
  /// A write that is not only a question.
  var changesSomething: Bool {
    method.isWrite && query("dryRun") == nil
      && ResourcePath(path)?.group != "authorization.k8s.io"
  }
}
