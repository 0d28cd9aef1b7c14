import ControlPlane
import Karmada

extension SaveFailure {
  /// What an error means for a change: above all whether it may have been made.
  init(_ error: any Error) {
    guard let error = error as? APIError else {
      self.init(.unanswered, message: "\(error)")
      return
    }
    self.init(
      Self.kind(of: error), message: error.message,
      causes: error.causes.map { Cause(field: $0.field, message: $0.message) },
      description: error.description)
  }

  private static func kind(of error: APIError) -> Kind {
    switch error.kind {
    // No answer, the server's own failure, or half an answer: it may have been carried out.
    case .unreachable, .timeout, .server, .protocol: .unanswered
    case .throttled: .busy
    case .conflict: .conflict
    case .notFound: .missing
    case .forbidden, .unauthorized: .forbidden
    case .invalid, .refused, .gone, .tls: .refused
    }
  }
}
