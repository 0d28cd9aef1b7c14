import Manifest

/// What the API has to say about one field of an override policy: enough to draw a form for it,
/// to judge what is typed into it, and to offer what could stand there.
public struct OverrideField: Hashable, Sendable {
  public indirect enum Shape: Hashable, Sendable {
    case text
    /// One of these texts.
    case choice([String])
    /// Whatever JSON has.
    case any
    case object([OverrideField])
    case list(OverrideField)
    /// Texts under keys of one's own choice.
    case pairs
  }

  /// What could stand in the field, for completion.
  public enum Subject: Hashable, Sendable {
    case none
    case policyName
    case namespace
    case apiVersion
    case kind
    case objectName
    case objectLabels
    case objectLabelKey
    case cluster
    case clusterLabels
    case clusterLabelKey
    case clusterField
    /// Values for the key beside it.
    case expressionValue
    case container
    case commandWord
    case objectLabelChange
    case objectAnnotationChange
    case imageValue
    case imagePointer
    case manifestPointer
    case documentPointer
    /// In the document that fieldPath leads to.
    case subPath
    /// For the pointer beside it.
    case pointedValue
  }

  /// Who refuses a choice that is not among those given.
  public enum Enforcer: Hashable, Sendable {
    case schema, webhook
    /// Nobody: it is taken, and matches nothing.
    case nobody
  }

  /// As the API spells it; of an element of a list, what one of them is called.
  public var name: String
  public var shape: Shape
  public var isRequired = false
  /// One line.
  public var help: String
  public var subject = Subject.none
  public var enforcer = Enforcer.schema
  /// Still read, and on its way out.
  public var isDeprecated = false

  public init(
    _ name: String, _ shape: Shape, _ help: String, subject: Subject = .none,
    isRequired: Bool = false, enforcer: Enforcer = .schema, isDeprecated: Bool = false
  ) {
    self.name = name
    self.shape = shape
    self.help = help
    self.subject = subject
    self.isRequired = isRequired
    self.enforcer = enforcer
    self.isDeprecated = isDeprecated
  }

  /// "text", "one of add, remove, replace", "list of texts": for the line that explains a field.
  public var typeTitle: String {
    switch shape {
    case .text: "text"
    case .choice(let choices): "one of \(choices.joined(separator: ", "))"
    case .any: "any value"
    case .object: "object"
    case .list(let element):
      switch element.shape {
      case .text, .choice: "list of texts"
      default: "list"
      }
    case .pairs: "texts by key"
    }
  }

  /// The member of that name.
  public func member(_ name: String) -> OverrideField? {
    guard case .object(let fields) = shape else { return nil }
    return fields.first { $0.name == name }
  }

  /// What stands below a token of a pointer; nil where the API knows nothing.
  public func child(_ token: String) -> OverrideField? {
    switch shape {
    case .object: member(token)
    case .list(let element): element
    case .pairs: OverrideField(token, .text, help, subject: subject)
    case .any: OverrideField(token, .any, help)
    case .text, .choice: nil
    }
  }

  /// What a new one begins with: the required fields, texts empty, the first of the choices.
  public var blank: JSONValue {
    switch shape {
    case .text: return ""
    case .choice(let choices): return .string(choices.first ?? "")
    case .any: return ""
    case .list: return []
    case .pairs: return [:]
    case .object(let fields):
      var object = JSONObject()
      for field in fields where field.isRequired { object[field.name] = field.blank }
      return .object(object)
    }
  }
}
