/// YAML to JSON and back as sigs.k8s.io/yaml does it, which is how Karmada changes a document that
/// stands in a field: the reader of `YAML.parse` with Go's own ways, and Go's own layout.
public enum YAMLConversion {
  /// The first document of a stream as JSON; null when there is none.
  ///
  /// YAML 1.1 scalars (`yes` is true, `0755` is 493, a date is a text), numbers no integer of 64
  /// bits can hold are doubles, what a `<<` brings counts for less than what comes after it and
  /// for more than what came before, `!!binary` is the text it encodes. A key given twice is
  /// refused here; Go takes the last.
  public static func json(fromYAML text: String) throws(YAML.Failure) -> JSONValue {
    try YAMLReader.firstDocument(in: text, dialect: .go) ?? .null
  }

  /// JSON as YAML: keys in go-yaml's order (numbers in them by their value), lists no deeper than
  /// their key, lines folded after 80 characters, double quotes where YAML 1.1 would read
  /// something else than a text. Fails on texts with control characters that YAML cannot hold.
  public static func yaml(fromJSON value: JSONValue) throws(YAML.Failure) -> String {
    var emitter = GoYAMLEmitter()
    try emitter.write(document: value)
    return String(decoding: emitter.out, as: UTF8.self)
  }
}
