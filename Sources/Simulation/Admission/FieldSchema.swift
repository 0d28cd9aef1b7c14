import Manifest

/// What the fields of a kind may hold: as much of a schema as anybody notices from outside.
///
/// Written as a dictionary of fields; a name that ends in "!" is required.
///
///     ["rules!": .list(["aliasLabelName!": .string, "jsonPath!": .string])]
indirect enum FieldSchema: Sendable {
  case object([Property])
  /// Free keys, one schema for all values.
  case map(FieldSchema)
  case list(FieldSchema, atLeast: Int)
  case text(TextRule)
  case integer(atLeast: Int?)
  case boolean
  /// A string or a number: "500m", 2.
  case quantity
  /// Whatever it is (x-kubernetes-preserve-unknown-fields).
  case any
  case defaulted(FieldSchema, JSONValue)

  struct Property: Sendable {
    var name: String
    var schema: FieldSchema
    var isRequired: Bool
  }

  struct TextRule: Sendable {
    /// Empty: any text.
    var words: [String] = []
    var shortest = 0
    var longest = Int.max
    /// A regular expression of Kubernetes' that is checked by its name here.
    var pattern: Pattern?
  }

  enum Pattern: String, Sendable {
    /// A condition's or a task's reason.
    case reason = "^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$"

    func matches(_ text: String) -> Bool {
      func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
      }
      func isWord(_ byte: UInt8) -> Bool {
        isLetter(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
          || byte == UInt8(ascii: "_")
      }
      guard let first = text.utf8.first, isLetter(first), let last = text.utf8.last else {
        return false
      }
      return (text.utf8.count == 1 || isWord(last))
        && text.utf8.allSatisfy {
          isWord($0) || $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: ":")
        }
    }
  }
}

extension FieldSchema: ExpressibleByDictionaryLiteral {
  init(dictionaryLiteral elements: (String, FieldSchema)...) {
    self = .object(
      elements.map { name, schema in
        name.hasSuffix("!")
          ? Property(name: String(name.dropLast()), schema: schema, isRequired: true)
          : Property(name: name, schema: schema, isRequired: false)
      })
  }
}

extension FieldSchema {
  static let string = FieldSchema.text(TextRule())
  static let number = FieldSchema.integer(atLeast: nil)

  static func list(_ items: FieldSchema) -> FieldSchema { .list(items, atLeast: 0) }

  static func oneOf(_ words: String...) -> FieldSchema { .text(TextRule(words: words)) }

  /// Text of so many bytes.
  static func text(_ length: ClosedRange<Int>, pattern: Pattern? = nil) -> FieldSchema {
    .text(
      TextRule(shortest: length.lowerBound, longest: length.upperBound, pattern: pattern))
  }

  /// Set to this where nothing is given.
  func or(_ value: JSONValue) -> FieldSchema { .defaulted(self, value) }

  /// The object's fields and these.
  func adding(_ more: FieldSchema) -> FieldSchema {
    guard case .object(let own) = self, case .object(let others) = more else { return self }
    return .object(own + others)
  }
}
