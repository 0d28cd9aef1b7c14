import Manifest

extension Moment {
  /// RFC 3339: with a fraction where it was seen as it happened, in whole seconds where only the
  /// server's note of it was read.
  public var text: String { isExact ? time.rfc3339Micro : time.rfc3339 }

  /// The inverse of `text`; nil for what is no time.
  init?(text: String) {
    guard let time = Time(rfc3339: text) else { return nil }
    self.init(time, isExact: text.contains("."))
  }
}

extension Episode {
  /// The JSON contract of an episode: names and types stay, members are only ever added.
  public var json: JSONValue {
    var object: JSONObject = [
      "id": .string(id), "binding": binding.json, "resource": Self.json(of: binding.resource),
      "from": .string(from), "to": .array(to.map { .string($0) }), "reason": .string(reason),
      "producer": .string(producer), "purgeMode": .string(purgeMode),
      "preservedLabels": Self.json(preservedLabels), "relayed": relayed.map { .bool($0) } ?? .null,
    ]
    for (name, moment) in [
      ("unhealthyAt", unhealthy), ("evictedAt", evicted), ("scheduledAt", scheduled),
      ("appliedAt", applied), ("healthyAt", healthy), ("finishedAt", finished),
    ] {
      object[name] = moment.map { .string($0.text) } ?? .null
    }
    object["outcome"] = .string(outcome.rawValue)
    object["why"] = .string(why)
    object["open"] = .bool(isOpen)
    object["reconstructed"] = .bool(isReconstructed)
    object["previous"] = previous.map { .string($0) } ?? .null
    object["incident"] = incident.map { .string($0) } ?? .null
    object["replicas"] = replicas.map { .int(Int64($0)) } ?? .null
    object["gracePeriodSeconds"] = gracePeriodSeconds.map { .int(Int64($0)) } ?? .null
    object["taskCreatedAt"] = taskCreated.map { .string($0.rfc3339) } ?? .null
    object["relaySightings"] = .array(relaySightings.map(\.json))
    object["evidence"] = .array(evidence.map(\.json))
    return .object(object)
  }

  /// Reads what `json` wrote; nil when a part is missing that every episode has.
  public init?(json: JSONValue) {
    guard let id = json["id"]?.string, let from = json["from"]?.string,
      let binding = json["binding"].flatMap({ BindingIdentity(json: $0, json["resource"]) }),
      let outcome = json["outcome"]?.string.flatMap(Outcome.init(rawValue:))
    else { return nil }
    self.init(id: id, binding: binding, from: from)
    self.outcome = outcome
    to = json["to"]?.array?.compactMap(\.string) ?? []
    reason = json["reason"]?.string ?? ""
    producer = json["producer"]?.string ?? ""
    purgeMode = json["purgeMode"]?.string ?? ""
    why = json["why"]?.string ?? ""
    relayed = json["relayed"]?.bool
    for (name, value) in json["preservedLabels"]?.object?.members ?? [:] {
      preservedLabels[name] = value.string
    }
    func moment(_ name: String) -> Moment? { json[name]?.string.flatMap(Moment.init(text:)) }
    (unhealthy, evicted) = (moment("unhealthyAt"), moment("evictedAt"))
    (scheduled, applied) = (moment("scheduledAt"), moment("appliedAt"))
    (healthy, finished) = (moment("healthyAt"), moment("finishedAt"))
    isReconstructed = json["reconstructed"]?.bool ?? false
    previous = json["previous"]?.string
    incident = json["incident"]?.string
    replicas = json["replicas"]?.int
    gracePeriodSeconds = json["gracePeriodSeconds"]?.int
    taskCreated = json["taskCreatedAt"]?.string.flatMap(Time.init(rfc3339:))
    relaySightings = json["relaySightings"]?.array?.compactMap(RelaySighting.init(json:)) ?? []
    evidence = json["evidence"]?.array?.compactMap(Evidence.init(json:)) ?? []
  }

  static func json(_ labels: [String: String]) -> JSONValue {
    let sorted = labels.sorted { $0.key < $1.key }
    return .object(
      JSONObject(.init(sorted.map { ($0.key, .string($0.value)) }, uniquingKeysWith: { $1 })))
  }

  static func json(of object: ObjectReference) -> JSONValue {
    [
      "apiVersion": .string(object.apiVersion), "kind": .string(object.kind),
      "namespace": .string(object.namespace), "name": .string(object.name),
    ]
  }
}

extension BindingIdentity {
  var json: JSONValue {
    [
      "kind": .string(kind), "namespace": .string(key.namespace), "name": .string(key.name),
      "uid": .string(uid), "permanentID": .string(permanentID),
    ]
  }

  init?(json: JSONValue, _ resource: JSONValue?) {
    guard let name = json["name"]?.string else { return nil }
    var object = ObjectReference()
    object.apiVersion = resource?["apiVersion"]?.string ?? ""
    object.kind = resource?["kind"]?.string ?? ""
    object.namespace = resource?["namespace"]?.string ?? ""
    object.name = resource?["name"]?.string ?? ""
    self.init(
      key: ObjectKey(namespace: json["namespace"]?.string ?? "", name: name),
      uid: json["uid"]?.string ?? "", permanentID: json["permanentID"]?.string ?? "",
      resource: object)
  }
}

extension RelaySighting {
  var json: JSONValue {
    ["cluster": .string(cluster), "subject": .string(subject), "at": .string(at.text)]
  }

  init?(json: JSONValue) {
    guard let cluster = json["cluster"]?.string, let subject = json["subject"]?.string,
      let at = json["at"]?.string.flatMap(Moment.init(text:))
    else { return nil }
    self.init(cluster: cluster, subject: subject, at: at)
  }
}

extension Evidence {
  var json: JSONValue {
    ["at": .string(at.text), "subject": .string(subject), "what": .string(what)]
  }

  init?(json: JSONValue) {
    guard let subject = json["subject"]?.string, let what = json["what"]?.string,
      let at = json["at"]?.string.flatMap(Moment.init(text:))
    else { return nil }
    self.init(subject, what, at: at)
  }
}

extension Incident {
  public var json: JSONValue {
    let counts = Episode.Outcome.allCases.compactMap { outcome in
      outcomes[outcome].map { (outcome.rawValue, JSONValue.int(Int64($0))) }
    }
    return [
      "id": .string(id), "cluster": .string(cluster), "what": .string(what),
      "beganAt": began.map { .string($0.text) } ?? .null,
      "endedAt": ended.map { .string($0.text) } ?? .null,
      "episodes": .array(episodes.map { .string($0) }),
      "outcomes": .object(JSONObject(.init(counts, uniquingKeysWith: { $1 }))),
    ]
  }
}

extension ObservationGap {
  public var json: JSONValue {
    [
      "from": .string(from.rfc3339), "until": .string(until.rfc3339), "why": .string(why),
    ]
  }
}
