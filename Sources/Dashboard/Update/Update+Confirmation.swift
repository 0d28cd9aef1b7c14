extension AppState {
  /// Puts a question over everything else.
  mutating func ask(_ confirmation: Confirmation) {
    if self.confirmation != nil { overlays.removeLast() }
    overlays.append(.confirmation(confirmation))
  }

  mutating func noteDrawn() {
    changeConfirmation { $0.isShown = true }
  }

  /// A key while a question is asked.
  mutating func answer(_ key: Key) -> [Effect] {
    guard let confirmation, confirmation.isShown else { return [] }
    switch key {
    case .escape, .ctrl("c"): return cancel()
    case .enter:
      return confirmation.focus == .confirm ? confirm(confirmation) : cancel()
    case .tab, .backTab, .left, .right:
      changeConfirmation { $0.focus = $0.focus == .cancel ? .confirm : .cancel }
    case .up: scrollConfirmation(by: -1)
    case .down: scrollConfirmation(by: 1)
    case .pageUp: scrollConfirmation(by: -5)
    case .pageDown: scrollConfirmation(by: 5)
    case .character(let character): type { $0.append(character) }
    case .backspace: type { if !$0.isEmpty { $0.removeLast() } }
    case .ctrl("u"), .ctrl("w"): type { $0 = "" }
    default: message = StatusMessage(.info, "\(key.name) does nothing here; Esc cancels")
    }
    return []
  }

  private mutating func type(_ change: (inout String) -> Void) {
    changeConfirmation {
      change(&$0.typed)
      $0.focus = $0.isAnswered ? .confirm : .cancel
    }
  }

  private mutating func confirm(_ confirmation: Confirmation) -> [Effect] {
    guard confirmation.isAnswered else {
      message = StatusMessage(.error, "type \(confirmation.word) to confirm; Esc cancels")
      return []
    }
    // The minutes may have run out while the question stood there.
    if let refusal = writeRefusal {
      message = StatusMessage(.error, refusal)
      return []
    }
    overlays.removeLast()
    return confirmation.effects
  }

  private mutating func cancel() -> [Effect] {
    message = confirmation.map { StatusMessage(.info, $0.whenCancelled) }
    overlays.removeLast()
    return []
  }

  private mutating func scrollConfirmation(by step: Int) {
    changeConfirmation { $0.scroll.move(by: step, lines: $0.lines.count, height: 1) }
  }

  private mutating func changeConfirmation(_ change: (inout Confirmation) -> Void) {
    guard var confirmation else { return }
    change(&confirmation)
    overlays[overlays.count - 1] = .confirmation(confirmation)
  }
}
