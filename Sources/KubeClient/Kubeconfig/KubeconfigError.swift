/// Why a kubeconfig leads nowhere: which file, what is wrong in it, what to do about it.
public struct KubeconfigError: Error, Hashable, Sendable {
  public enum Kind: String, Hashable, Sendable {
    case missing, unreadable, empty, notYAML, notAMapping, malformed
    case noCurrentContext, unknownContext, unknownCluster, unknownUser
    case badServer, badCertificate, contradiction, unsupported
  }

  public var kind: Kind
  /// The file at fault; nil when no single one is.
  public var file: String?
  public var what: String
  public var advice: String

  init(_ kind: Kind, file: String? = nil, _ what: String, advice: String) {
    self.kind = kind
    self.file = file
    self.what = what
    self.advice = advice
  }
}

extension KubeconfigError: CustomStringConvertible {
  /// One line: "/home/me/.kube/config: it is empty; …".
  public var description: String {
    (file.map { "\($0): " } ?? "") + what + (advice.isEmpty ? "" : "; \(advice)")
  }
}

extension KubeconfigError {
  static func known(_ names: [String]) -> String {
    names.isEmpty
      ? "there is none"
      : "known are " + names.prefix(20).map(\.quoted).joined(separator: ", ")
        + (names.count > 20 ? " and \(names.count - 20) more" : "")
  }
}

extension String {
  /// In quotes, on one line, whatever it holds.
  var quoted: String { "\"\(oneLine(limit: 200))\"" }

  /// Without control characters and line breaks, cut after `limit` characters.
  func oneLine(limit: Int) -> String {
    var out = String.UnicodeScalarView()
    for scalar in unicodeScalars.prefix(limit) {
      let isHidden =
        scalar.properties.generalCategory == .control
        || scalar.properties.generalCategory == .format
      out.append(isHidden ? " " : scalar)
    }
    return String(out) + (unicodeScalars.count > limit ? "…" : "")
  }
}
