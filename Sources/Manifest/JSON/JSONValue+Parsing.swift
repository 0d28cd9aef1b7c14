extension JSONValue {
  /// Reads one whole JSON text, with nothing but white space after it. Of members with the same
  /// name the last one counts, as it does for an API server.
  public init(parsing bytes: UnsafeRawBufferPointer) throws(JSONScanner.Failure) {
    var scanner = JSONScanner(bytes)
    try self.init(scanning: &scanner)
    try scanner.finish()
  }

  public init(parsing bytes: [UInt8]) throws(JSONScanner.Failure) {
    self = try bytes.withUnsafeBufferPointer { buffer throws(JSONScanner.Failure) in
      try JSONValue(parsing: UnsafeRawBufferPointer(buffer))
    }
  }

  /// `offset` in a failure counts from the start of the slice.
  public init(parsing bytes: ArraySlice<UInt8>) throws(JSONScanner.Failure) {
    self = try bytes.withUnsafeBufferPointer { buffer throws(JSONScanner.Failure) in
      try JSONValue(parsing: UnsafeRawBufferPointer(buffer))
    }
  }

  public init(parsing text: String) throws(JSONScanner.Failure) {
    try self.init(parsing: Array(text.utf8))
  }

  /// Reads the value the scanner stands at and leaves it after that value.
  public init(scanning scanner: inout JSONScanner) throws(JSONScanner.Failure) {
    switch try scanner.next() {
    case .null:
      _ = try scanner.null()
      self = .null
    case .bool:
      self = .bool(try scanner.bool())
    case .string:
      self = .string(try scanner.string())
    case .number:
      self = JSONValue(number: try scanner.number())
    case .array:
      var elements: [JSONValue] = []
      try scanner.array { scanner throws(JSONScanner.Failure) in
        elements.append(try JSONValue(scanning: &scanner))
      }
      self = .array(elements)
    case .object:
      var object = JSONObject()
      try scanner.object { key, scanner throws(JSONScanner.Failure) in
        object.members[key.text] = try JSONValue(scanning: &scanner)
      }
      self = .object(object)
    }
  }

  private init(number: (text: UnsafeBufferPointer<UInt8>, isInteger: Bool)) {
    if number.isInteger {
      if let value = JSONScanner.int64(number.text) {
        self = .int(value)
        return
      }
    } else {
      let value = JSONScanner.double(number.text)
      if value.isFinite {
        self = .double(value)
        return
      }
    }
    self = .number(String(decoding: number.text, as: UTF8.self))
  }
}
