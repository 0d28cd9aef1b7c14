/// The lower-cased text of many rows in one block of memory, so that a filter over 100,000 rows
/// reads forward instead of chasing pointers.
struct SearchArena: Sendable {
  struct Slice: Hashable, Sendable {
    var start: Int32 = 0
    var count: Int32 = 0
  }
  private(set) var bytes: [UInt8] = []
  private(set) var wasted = 0

  mutating func append(_ write: (inout [UInt8]) -> Void) -> Slice {
    let start = bytes.count
    write(&bytes)
    for i in start..<bytes.count where bytes[i] &- 0x41 < 26 { bytes[i] |= 0x20 }
    return Slice(start: Int32(clamping: start), count: Int32(clamping: bytes.count - start))
  }

  func withText<R>(of slice: Slice, _ body: (UnsafeBufferPointer<UInt8>) -> R) -> R {
    withTexts { body($0[slice]) }
  }

  /// All texts, for many to be read.
  struct Texts {
    fileprivate let bytes: UnsafeBufferPointer<UInt8>

    subscript(slice: Slice) -> UnsafeBufferPointer<UInt8> {
      let start = Int(slice.start)
      return UnsafeBufferPointer(rebasing: bytes[start..<start + Int(slice.count)])
    }
  }

  func withTexts<R>(_ body: (Texts) -> R) -> R {
    bytes.withUnsafeBufferPointer { body(Texts(bytes: $0)) }
  }

  mutating func drop(_ slice: Slice) { wasted += Int(slice.count) }

  /// More than half of a large block belongs to rows that are gone or have changed.
  var wantsCompaction: Bool { wasted > 1 << 16 && wasted * 2 > bytes.count }

  /// Copies the slices still in use together; returns where each went, in order.
  mutating func compact(_ used: [Slice]) -> [Slice] {
    var next: [UInt8] = []
    next.reserveCapacity(bytes.count - wasted)
    var moved: [Slice] = []
    moved.reserveCapacity(used.count)
    for slice in used {
      moved.append(Slice(start: Int32(clamping: next.count), count: slice.count))
      next += bytes[Int(slice.start)..<Int(slice.start) + Int(slice.count)]
    }
    bytes = next
    wasted = 0
    return moved
  }
}
