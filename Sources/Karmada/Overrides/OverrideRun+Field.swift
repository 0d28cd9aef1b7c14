import Manifest

extension OverrideRun {
  /// Changes a document that stands, as text, in a field of the manifest.
  mutating func apply(field: Overriders.Field) throws(OverrideFailure) {
    let pointer: JSONPointer
    let value: JSONValue
    do { pointer = try JSONPointer(parsing: field.fieldPath) } catch {
      throw OverrideFailure(.invalidOverrider, "fieldPath: \(error)")
    }
    do { value = try pointer.value(in: manifest) } catch {
      throw OverrideFailure(.targetMissing, "fieldPath: \(error)", path: pointer)
    }
    guard let text = value.string else {
      throw OverrideFailure(
        .notText,
        "fieldPath \(pointer) is \(value.typeName.map { "of type \($0)" } ?? "null"), "
          + "and only a text can hold a document", path: pointer)
    }
    let changed: String
    do {
      if !field.yaml.isEmpty {
        changed = try patched(yaml: text, field.yaml, at: pointer)
      } else if !field.json.isEmpty {
        changed = try patched(json: text, field.json, at: pointer)
      } else {
        changed = ""
        hazard(
          .fieldEmptied, .blocker, path: pointer,
          "fieldOverrider has neither json nor yaml, and Karmada replaces the whole of \(pointer) "
            + "(\(text.utf8.count) bytes) by an empty text.")
        if !text.isEmpty { note(pointer, nil, value, "") }
      }
      try pointer.set(.string(changed), in: &manifest)
    } catch let failure as JSONPointer.Failure {
      throw OverrideFailure(.targetMissing, "fieldPath: \(failure)", path: pointer)
    } catch let failure as OverrideFailure {
      var failure = failure
      failure.path = pointer
      throw failure
    } catch {
      throw OverrideFailure(.invalidDocument, "\(error)", path: pointer)
    }
  }

  private mutating func patched(
    yaml text: String, _ patches: [Overriders.Patch], at pointer: JSONPointer
  ) throws(OverrideFailure) -> String {
    let operations = try Overriders.operations(patches)
    let (before, after, changed): (JSONValue, JSONValue, String)
    do {
      before = try YAMLConversion.json(fromYAML: text)
      after = try JSONPatch(operations).apply(to: before)
      changed = try YAMLConversion.yaml(fromJSON: after)
    } catch let failure as JSONPatch.Failure {
      throw OverrideFailure(failure, in: .invalidDocument)
    } catch {
      let why = isSecret ? "" : ": \(error)"
      throw OverrideFailure(.invalidDocument, "the text at \(pointer) is not YAML\(why)")
    }
    guard isTracing else { return changed }
    tell(before, after, text, changed, at: pointer)
    let rewrite = YAMLRewrite(of: text)
    let losses = isSecret ? rewrite.lossesWithoutValues : rewrite.losses
    if !losses.isEmpty {
      hazard(
        .yamlRewritten, .warning, path: pointer,
        "Karmada writes the document at \(pointer) anew: \(losses.joined(separator: "; ")).")
    }
    return changed
  }

  private mutating func patched(
    json text: String, _ patches: [Overriders.Patch], at pointer: JSONPointer
  ) throws(OverrideFailure) -> String {
    let operations = try Overriders.operations(patches)
    let changed: [UInt8]
    do { changed = try JSONPatch(operations).apply(toText: Array(text.utf8)) } catch {
      throw OverrideFailure(error, in: .invalidDocument)
    }
    let result = String(decoding: changed, as: UTF8.self)
    guard isTracing, !text.isEmpty else { return result }
    do {
      let (before, after) = (try JSONValue(parsing: text), try JSONValue(parsing: changed))
      tell(before, after, text, result, at: pointer)
    } catch {
      note(pointer, nil, .string(text), .string(result))
    }
    return result
  }

  /// What changed inside the document; the text itself where only its form did.
  private mutating func tell(
    _ before: JSONValue, _ after: JSONValue, _ text: String, _ changed: String,
    at pointer: JSONPointer
  ) {
    let differences = JSONDifference.between(before, after)
    for difference in differences {
      note(pointer, difference.path, difference.before, difference.after)
    }
    if differences.isEmpty, text != changed { note(pointer, nil, .string(text), .string(changed)) }
  }
}
