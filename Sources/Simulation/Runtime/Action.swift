import Manifest

/// What a step wants done. The actions of a step are done in order; the first write that is
/// refused ends it, and the step comes again after a while.
public enum Action: Hashable, Sendable {
  /// A write like anybody else's: admission, preconditions, versions and watches included.
  ///
  /// - Parameter onRefusal: Events to record when it is refused; the refusal's text is put at
  ///   the end of their messages.
  case write(Write, onRefusal: [EventNote])
  /// The same, with another write to do in place of it when it is refused (a status that says
  /// so), in which `Write.refusal` stands for the refusal's text.
  case attempt(Write, onRefusal: [EventNote], instead: Write)
  /// An Event; the same one again counts up.
  case event(EventNote)
  /// Look at the key again after a while. Of several waits for one key the shortest counts.
  case requeue(after: Duration)
  /// The same for upkeep without end (a heartbeat): nobody waits for it to see whether the fleet
  /// has come to rest.
  case recur(after: Duration)
  /// Look at the key again after a wait that grows: the step could not do what it should.
  case retry
  /// Replaces what is remembered for the key; nil forgets it.
  case remember(JSONValue?)
}

/// One write to one server.
public struct Write: Hashable, Sendable {
  public enum Verb: Hashable, Sendable {
    case create
    /// Replaces the object; refused when it carries a resourceVersion that is not the newest.
    case update
    /// Replaces the status only.
    case updateStatus
    /// A JSON merge patch, which stands for the object.
    case mergePatch
    /// A JSON merge patch of the status.
    case mergeStatus
    /// Replaces the status and leaves the rest as it is, whatever its version.
    case replaceStatus
    /// - Parameter uid: a precondition.
    case delete(uid: String?)
  }
  /// Stands for a refusal's text in the write that is done in place of a refused one.
  public static let refusal = "{refusal}"

  public var verb: Verb
  public var key: ObjectKey
  /// The whole object, or the patch; null for a deletion.
  public var object: JSONValue

  public init(_ verb: Verb, _ key: ObjectKey, _ object: JSONValue = .null) {
    self.verb = verb
    self.key = key
    self.object = object
  }
}

extension Action {
  public static func create(
    _ key: ObjectKey, _ object: JSONValue, onRefusal: [EventNote] = []
  ) -> Action {
    .write(Write(.create, key, object), onRefusal: onRefusal)
  }

  public static func update(
    _ key: ObjectKey, _ object: JSONValue, onRefusal: [EventNote] = []
  ) -> Action {
    .write(Write(.update, key, object), onRefusal: onRefusal)
  }

  public static func updateStatus(
    _ key: ObjectKey, _ object: JSONValue, onRefusal: [EventNote] = []
  ) -> Action {
    .write(Write(.updateStatus, key, object), onRefusal: onRefusal)
  }

  public static func patch(
    _ key: ObjectKey, _ patch: JSONValue, onRefusal: [EventNote] = []
  ) -> Action {
    .write(Write(.mergePatch, key, patch), onRefusal: onRefusal)
  }

  public static func delete(
    _ key: ObjectKey, uid: String? = nil, onRefusal: [EventNote] = []
  ) -> Action {
    .write(Write(.delete(uid: uid), key), onRefusal: onRefusal)
  }
}

/// An Event to be recorded.
public struct EventNote: Hashable, Sendable {
  /// involvedObject: kind, namespace, name, uid, apiVersion.
  public var subject: JSONValue
  public var reason: String
  public var message: String
  /// Empty for the controller's name.
  public var component: String
  public var isWarning: Bool

  /// An Event about a whole object.
  public init(
    about object: JSONValue, _ reason: String, _ message: String, component: String = "",
    isWarning: Bool = false
  ) {
    var subject: JSONObject = ["kind": object["kind"] ?? ""]
    subject["namespace"] = object[path: "metadata", "namespace"]
    subject["name"] = object[path: "metadata", "name"]
    subject["uid"] = object[path: "metadata", "uid"]
    subject["apiVersion"] = object["apiVersion"]
    subject["resourceVersion"] = object[path: "metadata", "resourceVersion"]
    self.init(
      subject: .object(subject), reason, message, component: component, isWarning: isWarning)
  }

  /// An Event about what a reference names (`spec.resource` of a binding).
  public init(
    subject: JSONValue, _ reason: String, _ message: String, component: String = "",
    isWarning: Bool = false
  ) {
    self.subject = subject
    self.reason = reason
    self.message = message
    self.component = component
    self.isWarning = isWarning
  }
}

extension Write {
  /// The write with a refusal's text where it belongs.
  func refused(with text: String) -> Write {
    func filled(_ value: JSONValue) -> JSONValue {
      switch value {
      case .string(let string): .string(string.replacing(Self.refusal, with: text))
      case .array(let elements): .array(elements.map(filled))
      case .object(let object): .object(JSONObject(object.members.mapValues(filled)))
      default: value
      }
    }
    return Write(verb, key, filled(object))
  }
}
