/// Batches of cases: one JSON document a line in, one answer a line out.
enum Cases {
  /// Answers a file's lines in order; blank lines are passed over.
  static func answer(_ path: String, with answer: (ArraySlice<UInt8>) -> [UInt8]) throws {
    let bytes = try Paths.bytes(of: path)
    var output: [UInt8] = []
    for line in bytes.split(separator: UInt8(ascii: "\n")) {
      output += answer(line)
      output.append(UInt8(ascii: "\n"))
      if output.count > 1 << 20 {
        Output.write(output)
        output = []
      }
    }
    Output.write(output)
  }
}
