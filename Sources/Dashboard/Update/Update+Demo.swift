extension AppState {
  /// `:fault`: makes something go wrong; without an argument it tells what can.
  mutating func performFault(_ argument: String) -> [Effect] {
    guard argument.isEmpty else { return [.fault(argument)] }
    guard let demo else { return [] }
    showPage("Faults", faultLines(demo))
    return []
  }

  /// `:scenario`: what this demo plays, and what to try.
  mutating func showScenario() {
    guard let demo else { return }
    showPage(demo.title, scenarioLines(demo))
  }

  mutating func showPage(_ title: String, _ lines: [Line]) {
    if case .help? = overlays.last { overlays.removeLast() }
    overlays.append(.help(HelpView(title: title, lines: lines)))
  }

  private func scenarioLines(_ demo: DemoStatus) -> [Line] {
    var lines: [Line] = []
    for hint in demo.hints {
      guard !hint.isEmpty else {
        lines.append([])
        continue
      }
      let pieces = TextWrap.wrap(hint, width: max(16, layout.textWidth - 4))
      for (index, piece) in pieces.enumerated() {
        lines.append([Span(index == 0 ? "• " : "  ", .muted), Span(piece)])
      }
    }
    lines += [[], [Span(":fault breaks things on purpose, :speed 10 makes time fly", .muted)]]
    return lines + activeLines(demo)
  }

  private func faultLines(_ demo: DemoStatus) -> [Line] {
    let width = (demo.faults.map(\.syntax.count).max() ?? 0) + 2
    var lines = demo.faults.flatMap { fault -> [Line] in
      let room = max(16, layout.textWidth - width - 2)
      let pad = String(repeating: " ", count: width - fault.syntax.count)
      return TextWrap.wrap(fault.help, width: room).enumerated().map { index, piece in
        index == 0
          ? [Span(fault.syntax, .key), Span(pad), Span(piece)]
          : [Span(String(repeating: " ", count: width)), Span(piece)]
      }
    }
    lines.append([])
    return lines + activeLines(demo)
  }

  private func activeLines(_ demo: DemoStatus) -> [Line] {
    guard !demo.active.isEmpty else { return [[Span("No fault is in force.", .muted)]] }
    return [[Span("In force", .title)]] + demo.active.map { [Span("  " + $0)] }
      + [[Span("  :fault clear ends them all, :fault clear NUMBER one", .muted)]]
  }

  // MARK: Completion

  /// Whole arguments that what is typed behind `:fault` may become.
  func faultCompletions(_ typed: String) -> [String] {
    guard let demo else { return [] }
    let words = typed.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
    guard words.count > 1, let name = words.first, let last = words.last else {
      return demo.faults.map(\.name).filter { $0.hasPrefix(typed) }
    }
    guard let fault = demo.faults.first(where: { $0.name == name }) else { return [] }
    let places = fault.arguments.split(separator: " ")
    guard words.count - 2 < places.count else { return [] }
    let place = places[words.count - 2].trimmingPrefix("[").prefix { $0 != "]" }
    return candidates(for: String(place), after: words.dropFirst().dropLast(), demo)
      .filter { $0.hasPrefix(last) }
      .map { (words.dropLast() + [$0]).joined(separator: " ") }
  }

  private func candidates(
    for place: String, after words: ArraySlice<String>, _ demo: DemoStatus
  ) -> [String] {
    switch place {
    case "MEMBER": demo.members
    case "RESOURCE": FeedID.allCases.map(\.resource.plural)
    case "KIND": Set(bindings.table.rows.lazy.map(\.binding.resource.kind)).sorted()
    case "NAMESPACE/NAME": names(ofKind: words.last ?? "")
    case "NUMBER": demo.active.map { String($0.prefix { $0 != " " }) }
    default: []
    }
  }

  /// As many as anybody would look through.
  private static let most = 500

  private func names(ofKind kind: String) -> [String] {
    bindings.table.rows.lazy.filter { $0.binding.resource.kind == kind }.prefix(Self.most)
      .map { row in
        let resource = row.binding.resource
        return resource.namespace.isEmpty
          ? resource.name : "\(resource.namespace)/\(resource.name)"
      }.sorted()
  }
}
