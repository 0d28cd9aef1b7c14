import ControlPlane
import Karmada
import Manifest

/// Something that lies over the panes and gets the keys first.
public enum Overlay: Sendable {
  case prompt(Prompt)
  case text(TextView)
  case help(HelpView)
  case confirmation(Confirmation)
  case rollback(RollbackPage)
  case save(SavePage)
  case form(FormPage)
}

/// A line being typed.
public struct Prompt: Hashable, Sendable {
  public enum Kind: Hashable, Sendable {
    case command
    /// Filters as one types; `before` is put back by Esc.
    case filter(before: String)
    /// Searches in the text view below it; `before` is put back by Esc.
    case find(before: String)
    /// The value of a field of a draft, which follows each key; `before` is the draft's text that
    /// Esc puts back.
    case field(JSONPointer, before: String)
    /// A new key of one's own choice.
    case key(JSONPointer)
    /// The value at the end of a walk into a document, which follows each key.
    case guided
    /// A new key in what was walked into.
    case guidedKey
    /// Why somebody acknowledges an episode.
    case acknowledgement(of: String)
  }
  public var kind: Kind
  public var text: String
  /// Characters before the cursor.
  public var cursor: Int
  /// Where in the history ↑ has gone; nil for the line itself, which is kept in `draft`.
  var historyIndex: Int?
  var draft = ""

  public init(_ kind: Kind, text: String = "") {
    self.kind = kind
    self.text = text
    self.cursor = text.count
  }
}

/// A page of text about one object: its YAML, its description.
public struct TextView: Sendable {
  public enum Content: Sendable {
    case loading
    case failed(APIError)
    case document(JSONValue)
  }
  public enum Subject: Hashable, Sendable {
    case yaml
    case describe
    case failover
    /// The close look of the Overrides pane.
    case overrides
  }
  public var subject: Subject
  public var title: String
  public var row: RowKey?
  public var content: Content
  /// The Works of a described binding; nil while they are on their way or not asked for.
  public var works: Result<[Work], APIError>?
  /// The episode that a failover's page is about.
  var episode: String?
  /// The workload as members have it, by cluster.
  var members: [String: Result<JSONValue, APIError>] = [:]
  /// Answers carry it back; an answer to an earlier question is dropped.
  var token: Int
  public var showsManagedFields = false
  public var wraps = false
  public var lines: [Line] = []
  public var scroll = TextScroll()
  public var find = ""
}

/// A page of ready text: help, a scenario's story.
public struct HelpView: Sendable {
  public var title = "Help"
  public var lines: [Line]
  public var scroll = TextScroll()
}

/// Which part of a text is on the screen.
public struct TextScroll: Hashable, Sendable {
  public var line = 0
  public var column = 0
  public init() {}

  mutating func move(by step: Int, lines: Int, height: Int) {
    let (target, overflow) = line.addingReportingOverflow(step)
    let last = max(0, lines - max(1, height))
    line = overflow ? (step < 0 ? 0 : last) : min(last, max(0, target))
  }
}
