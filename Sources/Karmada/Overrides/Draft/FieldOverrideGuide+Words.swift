import Manifest

extension OverrideFleet.Object {
  /// "ConfigMap shop/settings".
  public var title: String { OverrideSubject(template).title }
}

extension FieldOverrideGuide {
  /// "ConfigMap shop/settings › /data/config.yaml › /database/port": how far the way has gone.
  public var path: String {
    var parts = object.map { [OverrideSubject($0).title] } ?? []
    if document != nil {
      parts.append(fieldPath.description)
      if !subPath.tokens.isEmpty { parts.append(subPath.description) }
    }
    return parts.joined(separator: " › ")
  }

  /// "5432 (number)": what stands at the place now; nil where nothing does.
  public var presentWords: String? { present.map(Self.words) }

  /// What is to stand there, in the same words.
  public var valueWords: String { Self.words(value) }

  private static func words(_ value: JSONValue) -> String {
    "\(value.preview) (\(value.typeName ?? "null"))"
  }
}
