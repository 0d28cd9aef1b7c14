/// Looks for one run of bytes in many texts (Horspool's way): for sifting stored objects by their
/// text before the few that may be meant are parsed.
struct ByteSearch: Sendable {
  private let wanted: [UInt8]
  /// How far to move on when this byte stands under the last wanted one.
  private let steps: [Int]

  init(_ text: String) {
    wanted = Array(text.utf8)
    var steps = Array(repeating: max(1, wanted.count), count: 256)
    for (index, byte) in wanted.dropLast().enumerated() {
      steps[Int(byte)] = wanted.count - 1 - index
    }
    self.steps = steps
  }

  /// Whether the run occurs in a text; a run of nothing occurs in every text.
  func occurs(in text: [UInt8]) -> Bool {
    let length = wanted.count
    guard length > 0 else { return true }
    guard text.count >= length else { return false }
    return text.withUnsafeBufferPointer { text in
      wanted.withUnsafeBufferPointer { wanted in
        var end = length - 1
        while end < text.count {
          var offset = 0
          while offset < length, text[end - offset] == wanted[length - 1 - offset] { offset += 1 }
          if offset == length { return true }
          end += steps[Int(text[end])]
        }
        return false
      }
    }
  }
}
