import Manifest

extension AppState {
  /// ":arm 15m INC-7 roll web back"
  mutating func arm(_ argument: String) {
    let refused: String? =
      replay != nil || options.isReadOnly ? writeRefusal : options.armRefusal
    if let refused {
      message = StatusMessage(.error, refused)
      return
    }
    let parts = argument.split(separator: " ", maxSplits: 1)
    guard let first = parts.first, let span = Duration(span: first) else {
      message = StatusMessage(.error, "for how long? :arm 15m REASON")
      return
    }
    guard span <= options.armLimit else {
      let limit = Age.short(options.armLimit)
      message = StatusMessage(.error, "at most \(limit) at a time; :arm \(limit) REASON")
      return
    }
    guard parts.count > 1, case let reason = parts[1].trimmed, !reason.isEmpty else {
      message = StatusMessage(.error, "why? :arm \(first) REASON; it goes into the record")
      return
    }
    arming = Arming(until: now + span, reason: reason)
    message = StatusMessage(.info, "armed for \(first): \(reason); :disarm ends it")
  }

  mutating func disarm() {
    arming = nil
    message = StatusMessage(.info, "read-only again")
  }

  mutating func disarmIfOver() {
    guard let arming, now >= arming.until else { return }
    self.arming = nil
    message = StatusMessage(.info, "the armed time is over: read-only again")
  }
}
