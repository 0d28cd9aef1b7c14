import ControlPlane
import Karmada
import Manifest

extension AppState {
  /// The lines of a page, laid out anew whenever its content, its switches or the width change.
  func textLines(of view: TextView) -> [Line] {
    if view.subject == .failover { return failoverLines(of: view) }
    if view.subject == .overrides {
      let lines = OverrideLines(self, width: layout.textWidth).lines
      return view.wraps ? lines.flatMap { TextWrap.wrap($0, width: layout.textWidth) } : lines
    }
    let lines: [Line]
    switch view.content {
    case .loading: return [[Span("reading it from the server …", .statusLoading)]]
    case .failed(let error):
      lines = [[Span(error.description, .bad)]] + lastKnown(view)
    case .document(let document):
      let safe = Redaction.redacted(document)
      switch view.subject {
      case .yaml:
        lines = YAMLLines.lines(of: safe, foldingManagedFields: !view.showsManagedFields)
      case .describe, .failover: lines = describe(view, safe)
      case .overrides: lines = []
      }
    }
    return view.wraps ? lines.flatMap { TextWrap.wrap($0, width: layout.textWidth) } : lines
  }

  /// Reading failed, but the list still knows something of the object.
  private func lastKnown(_ view: TextView) -> [Line] {
    guard view.subject == .describe, let key = view.row else { return [] }
    return [[], [Span("As last seen in the list:", .title)]] + Detail(self, of: key).lines
  }

  private func describe(_ view: TextView, _ document: JSONValue) -> [Line] {
    guard let key = view.row else { return [] }
    var lines = Detail(self, of: key, works: view.works, isWhole: true).lines
    if let labels = document[path: "metadata", "labels"]?.object, !labels.isEmpty {
      lines += [[], [Span("Labels", .title)]] + Detail.pairs(labels)
    }
    if let annotations = document[path: "metadata", "annotations"]?.object, !annotations.isEmpty {
      lines += [[], [Span("Annotations", .title)]] + Detail.pairs(annotations)
    }
    return lines
  }
}
