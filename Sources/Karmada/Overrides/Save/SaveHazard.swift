import Manifest

/// Something that a person has to see before a policy is saved.
public struct SaveHazard: Hashable, Sendable, Identifiable {
  /// "field-emptied", "field-emptied-2": unique in a plan, and typed to acknowledge it.
  public var id: String
  public var severity: OverrideHazard.Severity
  /// The field of the policy that it comes from; nil when it comes from none.
  public var pointer: JSONPointer?
  /// One sentence for an operator.
  public var sentence: String
  /// The policy as it is has it too: saving makes nothing worse.
  public var isOld: Bool

  public init(
    _ id: String, _ severity: OverrideHazard.Severity, _ sentence: String,
    pointer: JSONPointer? = nil, isOld: Bool = false
  ) {
    self.id = id
    self.severity = severity
    self.sentence = sentence
    self.pointer = pointer
    self.isOld = isOld
  }

  /// It has to be acknowledged by itself. What was there before and mere notes need not be.
  public var needsAcknowledgement: Bool { !isOld && severity > .note }
}

extension [SaveHazard] {
  /// Ids made unique, the worst first, what is old last.
  func numbered() -> [SaveHazard] {
    var counts: [String: Int] = [:]
    return enumerated().sorted { a, b in
      if a.element.isOld != b.element.isOld { return !a.element.isOld }
      if a.element.severity != b.element.severity { return a.element.severity > b.element.severity }
      return a.offset < b.offset
    }.map { entry in
      var hazard = entry.element
      counts[hazard.id, default: 0] += 1
      if let count = counts[hazard.id], count > 1 { hazard.id += "-\(count)" }
      return hazard
    }
  }
}

/// When a name has to be typed before a policy is saved (configuration: `overrides`).
public struct SaveCaution: Hashable, Sendable {
  /// A cluster that one of these selects is a production cluster.
  public var production: [LabelSelector]
  /// More objects than this need the policy's name typed, wherever they go.
  public var objectLimit: Int

  public init(production: [LabelSelector] = SaveCaution.usual, objectLimit: Int = 10) {
    self.production = production
    self.objectLimit = objectLimit
  }

  /// The labels by which people commonly mark production.
  public static let usual: [LabelSelector] = ["env", "environment", "stage", "tier"].compactMap {
    do {
      return try LabelSelector(parsing: "\($0) in (production,prod)")
    } catch {
      // Never: the text is ours, and a test reads all four.
      return nil
    }
  }

  public func isProduction(_ cluster: OverrideTarget) -> Bool {
    production.contains { $0.matches(cluster.labels) }
  }
}
