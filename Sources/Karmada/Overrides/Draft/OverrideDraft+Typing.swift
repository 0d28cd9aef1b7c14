import Manifest

extension OverrideDraft {
  /// What a text means that is typed into a field: a field that takes texts takes it as it is, and
  /// one that takes anything reads 3306 as a number.
  public func value(typed text: String, at pointer: JSONPointer) -> JSONValue {
    switch OverrideSchema.field(at: pointer, of: scope)?.shape {
    case .text, .choice: .string(text)
    case .any, .object, .list, .pairs, nil: TypedValue.value(text)
    }
  }

  /// The text to begin with when a field is changed.
  public func typed(at pointer: JSONPointer) -> String {
    guard let value = self[pointer], value != .null else { return "" }
    switch OverrideSchema.field(at: pointer, of: scope)?.shape {
    case .text, .choice: return value.string ?? TypedValue.text(value)
    case .any, .object, .list, .pairs, nil: return TypedValue.text(value)
    }
  }
}

extension OverrideDraft {
  /// What it says now is what "nothing changed" means: it has just been saved.
  public mutating func settle() {
    endTyping()
    baseText = text
  }
}
