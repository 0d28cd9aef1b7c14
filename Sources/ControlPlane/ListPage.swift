import Manifest

/// One page of a list: its bytes, and what is needed to ask for the next.
public struct ListPage: Hashable, Sendable {
  /// Of the whole list; the same on each of its pages. Empty when the server gives none.
  public var resourceVersion = ""
  /// Empty on the last page.
  public var continueToken = ""
  /// Objects on later pages, where the server knows.
  public var remainingItemCount: Int?
  /// Objects on this page.
  public var itemCount = 0
  /// The List object as it came.
  public var bytes: [UInt8]

  /// Reads only the list's own fields; the objects are stepped over. Fails when the bytes are not
  /// one whole List.
  public init(bytes: [UInt8]) throws(JSONScanner.Failure) {
    self.bytes = bytes
    let result = bytes.withUnsafeBytes { buffer -> Result<ListPage, JSONScanner.Failure> in
      var page = self
      do throws(JSONScanner.Failure) {
        var scanner = JSONScanner(buffer)
        try page.read(&scanner)
        return .success(page)
      } catch {
        return .failure(error)
      }
    }
    self = try result.get()
  }

  private mutating func read(_ scanner: inout JSONScanner) throws(JSONScanner.Failure) {
    guard try scanner.next() == .object else {
      throw JSONScanner.Failure(offset: scanner.offset, what: "expected a List")
    }
    var hasItems = false
    var page = self
    try scanner.object { key, scanner throws(JSONScanner.Failure) in
      switch key {
      case "metadata": try page.readMetadata(&scanner)
      case "items":
        hasItems = true
        try scanner.array { scanner throws(JSONScanner.Failure) in
          page.itemCount += 1
          try scanner.skip()
        }
      default: try scanner.skip()
      }
    }
    try scanner.finish()
    guard hasItems else {
      throw JSONScanner.Failure(offset: scanner.offset, what: "expected a List with items")
    }
    self = page
  }

  private mutating func readMetadata(_ scanner: inout JSONScanner) throws(JSONScanner.Failure) {
    var page = self
    try scanner.object { key, scanner throws(JSONScanner.Failure) in
      switch key {
      case "resourceVersion": page.resourceVersion = try scanner.string()
      case "continue": page.continueToken = try scanner.string()
      case "remainingItemCount": page.remainingItemCount = try scanner.int()
      default: try scanner.skip()
      }
    }
    self = page
  }
}
