import ControlPlane
import Karmada
import Manifest

extension AppState {
  public var layout: ScreenLayout {
    ScreenLayout(size, favouringDetail: pane == .overrides)
  }

  public var selectedRowKey: RowKey? {
    switch pane {
    case .clusters: clusters.selected?.key
    case .bindings: bindings.selected?.key
    case .failovers: failovers.selected?.bindingKey
    case .overrides: overrides.list.selected?.key
    case .rollbacks: rollbacks.list.selected?.key
    case .policies: policies.selected?.key
    case .events: events.selected?.key
    }
  }

  /// The resource template that the selected row is about.
  public var selectedReference: ObjectReference? {
    switch pane {
    case .bindings: bindings.selected?.binding.resource
    case .failovers: failovers.selected?.episode.binding.resource
    case .events: events.selected?.event.involvedObject
    case .overrides: overrides.list.selected?.object?.resource
    case .clusters, .policies, .rollbacks: nil
    }
  }

  public var activeMarkCount: Int {
    switch pane {
    case .clusters: clusters.marks.count
    case .bindings: bindings.marks.count
    case .failovers: failovers.marks.count
    case .overrides: overrides.list.marks.count
    case .rollbacks: rollbacks.list.marks.count
    case .policies: policies.marks.count
    case .events: events.marks.count
    }
  }

  public func filterText(of pane: PaneID) -> String {
    switch pane {
    case .clusters: clusters.table.filter.text
    case .bindings: bindings.table.filter.text
    case .failovers: failovers.table.filter.text
    case .overrides: overrides.list.table.filter.text
    case .rollbacks: rollbacks.list.table.filter.text
    case .policies: policies.table.filter.text
    case .events: events.table.filter.text
    }
  }

  /// The page on top, under a question or a prompt if there is one.
  var topPage: Overlay? {
    overlays.last { overlay in
      switch overlay {
      case .prompt, .confirmation: false
      case .text, .help, .rollback, .save, .form: true
      }
    }
  }

  /// The text on top, under a prompt if there is one.
  public var topText: TextView? {
    if case .text(let view)? = topPage { view } else { nil }
  }

  public var prompt: Prompt? {
    if case .prompt(let prompt)? = overlays.last { prompt } else { nil }
  }

  public var context: InputContext {
    switch overlays.last {
    case nil: .list
    case .prompt, .confirmation: .prompt
    case .text, .help, .rollback, .save: .text
    case .form: .form
    }
  }

  /// How a pane's data stands: the worst of its feeds.
  public func status(of pane: PaneID) -> PaneStatus {
    let all = pane.feeds.compactMap { feeds[$0] }
    let phases = all.map(\.phase)
    let denied = phases.compactMap { phase in
      if case .denied(let error) = phase { error } else { nil }
    }
    // One kind that may not be read leaves the others readable, which the pane then says.
    if let error = denied.first, denied.count == phases.count { return .denied(error) }
    for case .stale(let since, let error) in phases { return .stale(since: since, error) }
    if all.contains(where: { feed in
      if case .loading = feed.phase { true } else { false }
    }) {
      let received = phases.reduce(0) { sum, phase in
        if case .loading(let n) = phase { sum + n } else { sum }
      }
      return .loading(received: received)
    }
    if let error = denied.first { return .partlyDenied(error) }
    for case .polling(let interval) in phases { return .polling(every: interval) }
    return .live
  }

  /// The oldest moment from which some pane's data may be out of date; nil while all is live.
  public var staleSince: Time? {
    feeds.values.compactMap { feed in
      if case .stale(let since, _) = feed.phase { since } else { nil }
    }.min()
  }
}

public enum PaneStatus: Hashable, Sendable {
  case loading(received: Int)
  case live
  case polling(every: Duration)
  case stale(since: Time?, APIError)
  case denied(APIError)
  case partlyDenied(APIError)
}

extension AppState {
  /// Rows that the open pane shows, and has.
  public var rowCounts: (shown: Int, all: Int) {
    switch pane {
    case .clusters: (clusters.table.visibleCount, clusters.table.count)
    case .bindings: (bindings.table.visibleCount, bindings.table.count)
    case .failovers: (failovers.table.visibleCount, failovers.table.count)
    case .overrides: (overrides.list.table.visibleCount, overrides.list.table.count)
    case .rollbacks: (rollbacks.list.table.visibleCount, rollbacks.list.table.count)
    case .policies: (policies.table.visibleCount, policies.table.count)
    case .events: (events.table.visibleCount, events.table.count)
    }
  }

  /// What the open pane's filter could not understand.
  public var filterComplaint: String? {
    switch pane {
    case .clusters: clusters.table.filter.complaint
    case .bindings: bindings.table.filter.complaint
    case .failovers: failovers.table.filter.complaint
    case .overrides: overrides.list.table.filter.complaint
    case .rollbacks: rollbacks.list.table.filter.complaint
    case .policies: policies.table.filter.complaint
    case .events: events.table.filter.complaint
    }
  }
}
