import ControlPlane
import Karmada

extension RollbackFailure {
  /// What an error means for a run: above all whether a write may have been made.
  init(_ error: any Error) {
    guard let error = error as? APIError else {
      self.init(.unanswered, "\(error)")
      return
    }
    self.init(Self.kind(of: error), error.description)
  }

  private static func kind(of error: APIError) -> Kind {
    switch error.kind {
    // No answer, the server's own failure, or half an answer: it may have been carried out.
    case .unreachable, .timeout, .server, .protocol: .unanswered
    case .throttled: .throttled
    case .conflict: .conflict
    case .notFound: .notFound
    case .forbidden, .unauthorized: .forbidden
    // A webhook that cannot be asked is asked again; one that says no is not.
    case .refused: error.message.contains("failed calling webhook") ? .throttled : .refused
    case .invalid, .gone, .tls: .refused
    }
  }
}
