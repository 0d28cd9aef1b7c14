/// A template in Kubernetes' dialect of JSONPath: text with expressions in braces, such as
/// `job-{.status.jobID}` or `{range .items[*]}{.name},{end}`.
///
/// It behaves as kubectl and Karmada's state preservation do: text without braces stands for
/// itself, a member that is missing is an error, numbers are printed as doubles.
public struct JSONPath: Hashable, Sendable {
  /// Why a template is none, or has no value.
  public struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
    public enum Stage: Hashable, Sendable {
      /// The template cannot be read, whatever the document.
      case parse
      /// The template does not fit the document.
      case execute
    }
    public var stage: Stage
    public var description: String

    public init(_ stage: Stage, _ description: String) {
      self.stage = stage
      self.description = description
    }
  }

  /// One piece of a template; an action in braces is a list of steps.
  indirect enum Node: Hashable, Sendable {
    case text(String)
    case list([Node])
    case field(String)
    case array(Slice)
    case filter(left: [Node], right: [Node], comparison: Comparison)
    case int(Int)
    case double(Double)
    case bool(Bool)
    case wildcard
    case recursive
    case union([[Node]])
    case identifier(String)
  }

  /// `[first:end:step]`; nil where nothing was written.
  struct Slice: Hashable, Sendable {
    var first: Int?
    var end: Int?
    var step: Int?
    /// Only one index was written, and `end` is the next.
    var isIndex = false
  }

  enum Comparison: Hashable, Sendable {
    case exists, less, greater, equal, notEqual, lessOrEqual, greaterOrEqual, matches
    case unknown(String)
  }

  let nodes: [Node]

  /// Reads a template. Fails with stage `parse`.
  public init(parsing template: String) throws(Failure) {
    nodes = try JSONPathParser.parse(template)
  }

  /// The text that the template makes of a document. Members of an object, where all are asked
  /// for, come in the order of their names (Kubernetes' own order is random). Fails with stage
  /// `execute`.
  public func text(of document: JSONValue) throws(Failure) -> String {
    var evaluation = JSONPathEvaluation(nodes: nodes)
    var out: [UInt8] = []
    for results in try evaluation.results(.value(document)) {
      for (i, result) in results.enumerated() {
        if i > 0 { out.append(0x20) }
        result.print(to: &out)
      }
    }
    return String(decoding: out, as: UTF8.self)
  }
}
