import Manifest

/// What every object read from the API can tell. `init(scanning:interning:)` reads one object
/// from where the scanner stands, skips what it does not know or what is of another type than it
/// should be, and leaves what is missing at its default.
public protocol KubernetesObject: Hashable, Sendable {
  var metadata: ObjectMeta { get set }
  init(scanning scanner: inout JSONScanner, interning interner: inout Interner)
    throws(JSONScanner.Failure)
}

extension KubernetesObject {
  /// Reads one object's JSON. Fails when it is not JSON or not an object.
  public init(json bytes: ArraySlice<UInt8>) throws(JSONScanner.Failure) {
    var interner = Interner()
    try self.init(json: bytes, interning: &interner)
  }

  /// The same, sharing texts with the objects read before it.
  public init(
    json bytes: ArraySlice<UInt8>, interning interner: inout Interner
  ) throws(JSONScanner.Failure) {
    self = try bytes.withUnsafeBufferPointer { buffer throws(JSONScanner.Failure) in
      var scanner = JSONScanner(UnsafeRawBufferPointer(buffer))
      guard try scanner.next() == .object else {
        throw JSONScanner.Failure(offset: scanner.offset, what: "expected an object")
      }
      let object = try Self(scanning: &scanner, interning: &interner)
      try scanner.finish()
      return object
    }
  }

  public init(json bytes: [UInt8]) throws(JSONScanner.Failure) { try self.init(json: bytes[...]) }
}

/// One shared copy of each text or list that comes again and again (namespaces, kinds, reasons, the
/// clusters that a workload runs on), so that 100,000 bindings do not hold it 100,000 times.
public struct Interner: Sendable {
  /// What never comes again must not pile up: with this many the table starts afresh, which costs
  /// some sharing and nothing else.
  private static let limit = 50_000
  private var texts: Set<String> = []
  private var lists: Set<[String]> = []
  private var targets: Set<[ResourceBinding.TargetCluster]> = []
  private var statuses: Set<[ResourceBinding.AggregatedStatusItem]> = []
  private var failovers: Set<[ResourceBinding.ApplicationFailover]> = []

  public init() {}

  public mutating func intern(_ text: String) -> String {
    // Up to 15 bytes a String keeps its text in itself: nothing to share.
    text.utf8.count <= 15 ? text : Interner.share(text, in: &texts)
  }

  mutating func share(_ list: inout [String]) {
    if !list.isEmpty { list = Interner.share(list, in: &lists) }
  }

  mutating func share(_ list: inout [ResourceBinding.TargetCluster]) {
    if !list.isEmpty { list = Interner.share(list, in: &targets) }
  }

  mutating func share(_ list: inout [ResourceBinding.AggregatedStatusItem]) {
    if !list.isEmpty { list = Interner.share(list, in: &statuses) }
  }

  mutating func share(_ list: inout [ResourceBinding.ApplicationFailover]) {
    if !list.isEmpty { list = Interner.share(list, in: &failovers) }
  }

  private static func share<Value: Hashable>(_ value: Value, in known: inout Set<Value>) -> Value {
    if known.count >= limit { known.removeAll() }
    return known.insert(value).memberAfterInsert
  }
}
