/// YAML as Kubernetes' own tools understand it: what sigs.k8s.io/yaml accepts, seen as JSON.
///
/// That is YAML 1.1 with go-yaml v2's scalars (`yes` is true, `0755` is 493, timestamps stay
/// strings), keys that are turned into strings, and no values that JSON does not have.
public enum YAML {
  /// Where and why a text is not the YAML that was asked for.
  public struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
    /// From 1; 0 when the place is not known.
    public var line: Int
    /// From 1, in Unicode scalars; 0 when the place is not known.
    public var column: Int
    /// "found undefined alias x"
    public var message: String

    public init(line: Int, column: Int, message: String) {
      self.line = line
      self.column = column
      self.message = message
    }
    public var description: String {
      line > 0 ? "line \(line), column \(column): \(message)" : message
    }
  }

  /// What all aliases of a document may expand to together, in values (a long string counts for
  /// more). Documents written by people stay far below; one made to blow up does not.
  static let expansionLimit = 200_000

  /// Reads every document of a stream; an empty document reads as null, a stream of nothing but
  /// comments has none.
  ///
  /// Refused, besides what is not YAML: a key given twice, an alias to what is not there (or
  /// to what it stands in), aliases that expand without measure, more than
  /// `JSONScanner.depthLimit` levels, `.inf`, `.nan` and `!!binary`.
  public static func parse(_ text: String) throws(YAML.Failure) -> [JSONValue] {
    try YAMLReader.documents(in: text)
  }

  /// Writes block style as kubectl prints it, ending with a line break: two spaces a level, lists
  /// no deeper than their key, texts of several lines as literal blocks, quotes only where a
  /// reader would take a string for something else.
  ///
  /// `parse` reads the same value back, unless it holds a double that is not finite, or a string
  /// that begins with a byte order mark (which Yams drops).
  public static func write(_ value: JSONValue, sortedKeys: Bool = false) -> String {
    var writer = YAMLWriter(sortedKeys: sortedKeys)
    writer.write(document: value)
    return String(decoding: writer.out, as: UTF8.self)
  }

  /// Where in the value a line of its YAML comes from.
  public struct Place: Hashable, Sendable {
    /// The value that the line writes, or begins to write.
    public var path: JSONPointer
    /// Which line of the text at `path`, from 0, where the line stands in a literal block.
    public var textLine: Int?

    public init(path: JSONPointer, textLine: Int? = nil) {
      self.path = path
      self.textLine = textLine
    }
  }

  /// `write` with sorted keys, and for each of its lines where it comes from.
  public static func writeWithPlaces(_ value: JSONValue) -> (text: String, places: [Place]) {
    var writer = YAMLWriter(sortedKeys: true, tracksPlaces: true)
    writer.write(document: value)
    return (String(decoding: writer.out, as: UTF8.self), writer.places)
  }
}
