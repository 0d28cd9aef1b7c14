import Karmada
import Synchronization

/// What the dashboard's editing of override policies is set up with.
public struct OverrideOffice: Sendable {
  public var caution: SaveCaution
  public var patience: SaveMachine.Patience
  /// Where drafts lie; nil where they are kept in memory only.
  public var drafts: DraftFiles?

  public init(
    caution: SaveCaution = SaveCaution(), patience: SaveMachine.Patience = SaveMachine.Patience(),
    drafts: DraftFiles? = nil
  ) {
    self.caution = caution
    self.patience = patience
    self.drafts = drafts
  }
}

/// Raised once, by whoever no longer waits.
final class StopFlag: Sendable {
  private let flag = Mutex(false)
  var isRaised: Bool { flag.withLock { $0 } }
  func raise() { flag.withLock { $0 = true } }
}

/// A policy that a session is saving: its hands and its end.
struct LiveSave {
  var stop: StopFlag
  var task: Task<Void, Never>
}
