import Manifest

/// Two manifests as YAML, line by line, and for each changed line who changed it.
public struct ManifestDiff: Hashable, Sendable {
  public let lines: LineDiff
  /// Who made each edit of `lines`: which of `places`, nil where nobody is known.
  public let origins: [Int?]
  /// In the order in which they first appear.
  public let places: [OverridePlace]

  public var isEmpty: Bool { lines.isEmpty }

  /// - Parameters:
  ///   - old, new: nil where there is nothing.
  ///   - trace: of the rendering that led from one to the other.
  public init(from old: JSONValue?, to new: JSONValue?, trace: OverrideTrace = OverrideTrace()) {
    let (before, after) = (old.map(YAML.writeWithPlaces), new.map(YAML.writeWithPlaces))
    // Without the line break at the end, which would count as one more, empty line.
    let lines = LineDiff(
      from: before.map { String($0.text.dropLast()) }, to: after.map { String($0.text.dropLast()) })
    var origins: [Int?] = []
    var places: [OverridePlace] = []
    let (oldDocuments, newDocuments) = (
      Documents(old ?? .null, changedIn: trace), Documents(new ?? .null, changedIn: trace)
    )
    for edit in lines.edits {
      let change: OverrideTrace.Change? =
        switch edit {
        case .kept: nil
        case .removed(let i): Self.origin(before?.places ?? [], i, oldDocuments, trace)
        case .added(let i): Self.origin(after?.places ?? [], i, newDocuments, trace)
        }
      guard let place = change?.place else {
        origins.append(nil)
        continue
      }
      if !places.contains(place) { places.append(place) }
      origins.append(places.firstIndex(of: place))
    }
    (self.lines, self.origins, self.places) = (lines, origins, places)
  }

  /// The last change to what a line writes, to what stands in it, or to what it stands in.
  private static func origin(
    _ places: [YAML.Place], _ line: Int, _ documents: Documents, _ trace: OverrideTrace
  ) -> OverrideTrace.Change? {
    guard places.indices.contains(line) else { return nil }
    let place = places[line]
    let touching = trace.changes.filter { $0.path.isRelated(to: place.path) }
    guard let textLine = place.textLine, touching.contains(where: { $0.subPath != nil }),
      let subPath = documents.path(of: textLine, in: place.path)
    else { return touching.last }
    return touching.last { $0.subPath.map { $0.isRelated(to: subPath) } ?? true } ?? touching.last
  }

  /// Documents inside fields, where a field overrider changed them.
  private struct Documents {
    /// For each line of the text at a path, which value of the document it writes.
    private var lines: [JSONPointer: [YAML.Place]] = [:]

    init(_ manifest: JSONValue, changedIn trace: OverrideTrace) {
      for path in Set(trace.changes.lazy.filter { $0.subPath != nil }.map(\.path)) {
        // A text that is no YAML, or is written in another way than ours, has lines whose place
        // nobody knows; they then belong to whoever changed the field last.
        guard let text = Self.text(at: path, in: manifest), text.utf8.count <= 1 << 20,
          let document = Self.document(text)
        else { continue }
        let (written, places) = YAML.writeWithPlaces(document)
        if Self.lineCount(written) == Self.lineCount(text) { lines[path] = places }
      }
    }

    func path(of line: Int, in path: JSONPointer) -> JSONPointer? {
      guard let places = lines[path], places.indices.contains(line) else { return nil }
      return places[line].path
    }

    private static func text(at path: JSONPointer, in manifest: JSONValue) -> String? {
      do { return try path.value(in: manifest).string } catch { return nil }
    }

    private static func document(_ text: String) -> JSONValue? {
      do { return try YAMLConversion.json(fromYAML: text) } catch { return nil }
    }

    private static func lineCount(_ text: String) -> Int {
      text.utf8.reduce(0) { $1 == 0x0A ? $0 + 1 : $0 }
    }
  }
}

extension JSONPointer {
  /// One of them lies in the other, or they are the same.
  fileprivate func isRelated(to other: JSONPointer) -> Bool {
    tokens.starts(with: other.tokens) || other.tokens.starts(with: tokens)
  }
}
