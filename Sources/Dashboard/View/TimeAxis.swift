import Manifest

/// A failover's steps on one line, as far apart as they were: where the time went, at a glance.
public struct TimeAxis: Sendable {
  public private(set) var line: Line = []

  /// Nil when there are not two moments to tell apart, or no room.
  /// - Parameters:
  ///   - steps: with when they were, in their order; each is marked by its first letter.
  ///   - open: the time now, for what is not over.
  public init?(_ steps: [(name: String, time: Time?)], open: Time?, width: Int) {
    let known = steps.compactMap { step in step.time.map { (step.name, $0) } }
    guard let first = known.map(\.1).min(),
      let last = (known.map(\.1) + [open].compactMap { $0 })
        .max(), last > first, width >= 16
    else { return nil }
    let span = (last - first) / .seconds(1)
    let label = " " + FailoverDetail.seconds(last - first)
    let columns = width - label.count
    guard columns >= 8 else { return nil }
    var marks: [Int: Character] = [:]
    var taken = -1
    for (index, (name, time)) in known.enumerated() {
      let share = (time - first) / .seconds(1) / span
      let wanted = Int((min(max(share, 0), 1) * Double(columns - 1)).rounded())
      // Steps that fall together stand beside each other, in their order; those to come find room.
      let at = min(max(wanted, taken + 1), columns - (known.count - index))
      marks[at] = name.first
      taken = at
    }
    for column in 0..<columns {
      if let mark = marks[column] {
        line.append(Span(String(mark), .emphasis))
      } else {
        let isOpenEnd = open != nil && column > taken
        add(isOpenEnd ? "·" : "─")
      }
    }
    line.append(Span(label, .muted))
  }

  private mutating func add(_ text: String) {
    if let last = line.last, last.role == .muted {
      line[line.count - 1].text += text
    } else {
      line.append(Span(text, .muted))
    }
  }
}
