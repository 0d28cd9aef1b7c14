import Manifest

/// One page of a LIST answer.
public struct ObjectList<Item: KubernetesObject>: Sendable {
  public var items: [Item] = []
  public var resourceVersion = ""
  /// The token for the next page; empty on the last.
  public var continueToken = ""
  /// What the server says is left after this page; nil when it does not say.
  public var remainingItemCount: Int?
  /// Items that were no objects and are not in `items`.
  public var skipped = 0

  public init() {}

  /// Reads a list's JSON. `interner` may serve many pages. Fails when it is not JSON or not an
  /// object; a list of a foreign shape is empty.
  public init(
    json bytes: UnsafeRawBufferPointer, interning interner: inout Interner
  ) throws(JSONScanner.Failure) {
    var scanner = JSONScanner(bytes)
    guard try scanner.next() == .object else {
      throw JSONScanner.Failure(offset: scanner.offset, what: "expected an object")
    }
    try scanner.object { key, scanner throws(JSONScanner.Failure) in
      switch key {
      case "metadata": try readMetadata(&scanner)
      case "items":
        try scanner.elements { scanner throws(JSONScanner.Failure) in
          if try scanner.next() == .object {
            items.append(try Item(scanning: &scanner, interning: &interner))
          } else {
            try scanner.skip()
            skipped += 1
          }
        }
      default: try scanner.skip()
      }
    }
    try scanner.finish()
    fit()
  }

  public init(
    json bytes: ArraySlice<UInt8>, interning interner: inout Interner
  ) throws(JSONScanner.Failure) {
    self = try bytes.withUnsafeBufferPointer { buffer throws(JSONScanner.Failure) in
      try ObjectList(json: UnsafeRawBufferPointer(buffer), interning: &interner)
    }
  }

  public init(
    json bytes: [UInt8], interning interner: inout Interner
  ) throws(JSONScanner.Failure) {
    try self.init(json: bytes[...], interning: &interner)
  }

  public init(json bytes: [UInt8]) throws(JSONScanner.Failure) {
    var interner = Interner()
    try self.init(json: bytes, interning: &interner)
  }

  /// Gives back the spare room that an array grown one by one ends with, up to half of it.
  private mutating func fit() {
    guard items.capacity > items.count + items.count / 8 else { return }
    var exact: [Item] = []
    exact.reserveCapacity(items.count)
    exact.append(contentsOf: items)
    items = exact
  }

  private mutating func readMetadata(_ scanner: inout JSONScanner) throws(JSONScanner.Failure) {
    try scanner.members { key, scanner throws(JSONScanner.Failure) in
      switch key {
      case "resourceVersion": try scanner.read(&resourceVersion)
      case "continue": try scanner.read(&continueToken)
      case "remainingItemCount": try scanner.read(&remainingItemCount)
      default: try scanner.skip()
      }
    }
  }
}
