import Manifest

/// A document that stands, as text, in a field of an object.
public struct EmbeddedDocument: Hashable, Sendable {
  public enum Format: String, Hashable, Sendable, CaseIterable {
    case json, yaml
  }
  public var format: Format
  public var value: JSONValue

  /// nil when the text is no document of the format, as Karmada reads it.
  public init?(_ text: String, as format: Format) {
    self.format = format
    do {
      switch format {
      case .json: value = try JSONValue(parsing: text)
      case .yaml: value = try YAMLConversion.json(fromYAML: text)
      }
    } catch { return nil }
    guard value.object != nil || value.array != nil else { return nil }
  }

  /// The document in a text: JSON if it is that, else YAML; nil when the text is neither an
  /// object nor a list.
  public init?(in text: String) {
    for format in Format.allCases {
      guard let document = EmbeddedDocument(text, as: format) else { continue }
      self = document
      return
    }
    return nil
  }
}
