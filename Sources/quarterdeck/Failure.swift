import ArgumentParser
import ControlPlane
import Foundation
import KubeClient

/// Something that ends the program, said in one line.
struct Failure: Error, CustomStringConvertible {
  /// Exit codes (README, "Exit codes").
  enum Code: Int32 {
    case failed = 1
    case usage = 2
    /// Something speaks against it; nothing was changed.
    case blocked = 3
    /// Not permitted, or not reachable.
    case unreachable = 7
  }
  var description: String
  var code: Code

  init(_ description: String, code: Code = .failed) {
    self.description = description
    self.code = code
  }

  /// Runs a command; what it throws is told in one line on standard error and becomes the exit
  /// code.
  static func reporting(_ body: () async throws -> Void) async throws {
    do {
      try await body()
    } catch let error as ExitCode {
      throw error
    } catch {
      let code: Code
      switch error {
      case let failure as Failure: code = failure.code
      case is KubeconfigError: code = .usage
      // The server has answered: it is not there, or cannot be asked for like that.
      case let error as APIError where [.notFound, .invalid].contains(error.kind): code = .failed
      case is APIError: code = .unreachable
      default: code = .failed
      }
      FileHandle.standardError.write(Data("quarterdeck: \(error)\n".utf8))
      throw ExitCode(code.rawValue)
    }
  }
}
