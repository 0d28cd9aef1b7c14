import Foundation
import Manifest
import TestSupport
import Testing

@Suite struct JSONScannerTests {
  /// Scans a text with a closure, as readers of objects do.
  private func scan<T>(
    _ text: String, _ body: (inout JSONScanner) throws(JSONScanner.Failure) -> T
  ) throws(JSONScanner.Failure) -> T {
    try Array(text.utf8).withUnsafeBufferPointer { buffer throws(JSONScanner.Failure) in
      var scanner = JSONScanner(UnsafeRawBufferPointer(buffer))
      return try body(&scanner)
    }
  }

  @Test func readsWhatIsAskedForAndSkipsTheRest() throws {
    let text = #"""
      {"skip": {"a": [1, {"b": "}"}], "c": "\"]"}, "name": "web", "count": 3, "ready": true,
       "list": ["a", null, "b"], "na\u006de2": "escaped", "none": null, "ratio": 0.5}
      """#
    var (name, name2, other) = ("", "", "?")
    var (count, none, ratio) = (0, 7, 0.0)
    var ready = false
    var list: [String] = []
    var unknown: [String] = []
    try scan(text) { scanner throws(JSONScanner.Failure) in
      try scanner.object { key, scanner throws(JSONScanner.Failure) in
        switch key {
        case "name": name = try scanner.string()
        case "name2": name2 = try scanner.string()
        case "count": count = try scanner.int()
        case "ready": ready = try scanner.bool()
        case "ratio": ratio = try scanner.double()
        case "none":
          none = try scanner.int()
          other = ""
        case "list":
          try scanner.array { scanner throws(JSONScanner.Failure) in
            list.append(try scanner.string())
          }
        default:
          unknown.append(key.text)
          try scanner.skip()
        }
      }
      try scanner.finish()
    }
    #expect(name == "web" && name2 == "escaped" && other.isEmpty)
    #expect(count == 3 && none == 0 && ratio == 0.5 && ready)
    #expect(list == ["a", "", "b"] && unknown == ["skip"])
  }

  @Test func tellsWhereARawValueLay() throws {
    let text = #" { "a" : [1, "x"] , "b":2 }"#
    var ranges: [Range<Int>] = []
    try scan(text) { scanner throws(JSONScanner.Failure) in
      try scanner.object { _, scanner throws(JSONScanner.Failure) in
        ranges.append(try scanner.rawValue())
      }
    }
    let bytes = Array(text.utf8)
    #expect(ranges.map { String(decoding: bytes[$0], as: UTF8.self) } == ["[1, \"x\"]", "2"])
  }

  @Test func emptyInputIsAFailureNotATrap() {
    #expect(throws: JSONScanner.Failure(offset: 0, what: "unexpected end of input")) {
      var scanner = JSONScanner(UnsafeRawBufferPointer(start: nil, count: 0))
      try scanner.skip()
    }
    #expect(throws: JSONScanner.Failure.self) { try JSONValue(parsing: "") }
    #expect(throws: Never.self) {
      let scanner = JSONScanner(UnsafeRawBufferPointer(start: nil, count: 0))
      var rest = scanner
      try rest.finish()
    }
  }

  @Test(arguments: [
    ("{", 1, "unexpected end of input"), ("{\"a\"", 4, "unexpected end of input"),
    ("{\"a\":1", 6, "unexpected end of input"), ("{\"a\":1,}", 7, "expected a member name"),
    ("{\"a\" 1}", 5, "expected :"), ("{a:1}", 1, "expected a member name"),
    ("{\"a\":1]", 6, "expected , or }"), ("[1}", 2, "expected , or ]"),
    ("[1,]", 3, "expected a value"), ("[1 2]", 3, "expected , or ]"),
    ("[,1]", 1, "expected a value"),
    ("]", 0, "expected a value"), ("[1] x", 4, "unexpected byte after the value"),
    ("1 2", 2, "unexpected byte after the value"), ("tru", 0, "expected a value"),
    ("nul", 0, "expected a value"), ("nulL", 0, "expected a value"),
    ("True", 0, "expected a value"),
    ("truex", 4, "unexpected byte after the value"), ("'a'", 0, "expected a value"),
    ("\"a", 0, "unterminated string"), ("\"a\\", 2, "unterminated string"),
    ("\"a\\\"", 0, "unterminated string"), ("\"abcdefgh\\q\"", 9, "unknown escape in a string"),
    ("\"\\u12G4\"", 1, "\\u without four hexadecimal digits"),
    ("\"\\u12", 1, "\\u without four hexadecimal digits"),
    ("\"a\nb\"", 2, "control byte in a string"),
    ("\"abcdefgh\u{1}\"", 9, "control byte in a string"),
    ("01", 0, "leading zero"), ("-01", 1, "leading zero"), ("-", 0, "expected a value"),
    ("+1", 0, "expected a value"), (".5", 0, "expected a value"), ("1.", 2, "expected a digit"),
    ("1.e3", 2, "expected a digit"), ("1e", 2, "expected a digit"), ("1e+", 3, "expected a digit"),
    ("0x10", 1, "unexpected byte after the value"), ("NaN", 0, "expected a value"),
    ("// c\n1", 0, "expected a value"), ("\u{FEFF}1", 0, "expected a value"),
    ("\u{0B}1", 0, "expected a value"),
  ])
  func refusesWithThePlace(text: String, offset: Int, what: String) {
    let failure = JSONScanner.Failure(offset: offset, what: what)
    #expect(throws: failure) { try JSONValue(parsing: text) }
    #expect(failure.description == "byte \(offset): \(what)")
    #expect(throws: failure, "skipping holds to the same grammar") {
      try scan(text) { scanner throws(JSONScanner.Failure) in
        try scanner.skip()
        try scanner.finish()
      }
    }
  }

  @Test(
    arguments: [
      ([0x80], 0), ([0xC0, 0x80], 0), ([0xC3], 0), ([0xC3, 0x28], 0), ([0xE0, 0x80, 0x80], 0),
      ([0xED, 0xA0, 0x80], 0), ([0xF4, 0x90, 0x80, 0x80], 0), ([0xF0, 0x9F, 0x98], 0),
      ([0xF8, 0x88, 0x80, 0x80, 0x80], 0), ([0xFF], 0), ([0x61, 0xC3, 0xA9, 0xC3, 0xE9], 3),
      (Array(repeating: 0x61, count: 40) + [0xFE], 40),
    ] as [([UInt8], Int)])
  func refusesInvalidUTF8AtItsByte(bytes: [UInt8], offset: Int) {
    let text: [UInt8] = [0x5B, 0x22] + bytes + [0x22, 0x5D]
    #expect(throws: JSONScanner.Failure(offset: offset + 2, what: "invalid UTF-8")) {
      try JSONValue(parsing: text)
    }
  }

  @Test(arguments: [
    (#""\u0041\n\t\r\b\f\/\\\"""#, "A\n\t\r\u{8}\u{C}/\\\""), (#""\ud83d\ude00""#, "😀"),
    (#""x\uD83D\uDE00y""#, "x😀y"), (#""\u00e9\u4e16""#, "é世"), (#""\u0000""#, "\0"),
    (#""\ud83d""#, "\u{FFFD}"), (#""\ude00""#, "\u{FFFD}"), (#""\ud83dx""#, "\u{FFFD}x"),
    (#""\ud83d\n""#, "\u{FFFD}\n"), (#""\ud83d\u0041""#, "\u{FFFD}A"),
    (#""\ud83d\ud83d\ude00""#, "\u{FFFD}😀"), ("\"日本 é 😀\"", "日本 é 😀"),
  ])
  func resolvesEscapesAsGoDoes(json: String, text: String) throws {
    #expect(try JSONValue(parsing: json) == .string(text))
  }

  @Test(
    arguments: [
      ("0", 0), ("-0", 0), ("12", 12), ("-12", -12), ("1.0", 1.0), ("1e3", 1000.0),
      ("-1.5E-2", -0.015),
      ("9223372036854775807", .int(.max)), ("-9223372036854775808", .int(.min)),
      ("9223372036854775808", .number("9223372036854775808")), ("1e400", .number("1e400")),
      ("-1e400", .number("-1e400")), ("1e-400", 0.0), ("0.1", 0.1),
    ] as [(String, JSONValue)])
  func keepsNumbersApart(json: String, value: JSONValue) throws {
    let read = try JSONValue(parsing: json)
    #expect(read == value)
    #expect(try JSONValue(parsing: read.jsonText()) == value)
  }

  @Test(arguments: [
    ("3", 3), ("3.0", 3), ("3e2", 300), ("-9223372036854775808", Int.min), ("null", 0),
    ("3.5", nil), ("9223372036854775808", nil), ("1e30", nil), ("1e400", nil), ("\"3\"", nil),
  ])
  func readsIntegersExactlyOrNotAtAll(json: String, value: Int?) {
    let read: Int?
    do { read = try scan(json) { s throws(JSONScanner.Failure) in try s.int() } } catch {
      read = nil
    }
    #expect(read == value)
  }

  @Test func nestingHasALimitInReadingAndSkipping() throws {
    for (open, close) in [("[", "]"), (#"{"a":"#, "}")] {
      func nested(_ depth: Int) -> String {
        String(repeating: open, count: depth) + (open == "[" ? "" : "0")
          + String(repeating: close, count: depth)
      }
      #expect(throws: Never.self) { try JSONValue(parsing: nested(500)) }
      #expect(throws: JSONScanner.Failure.self) { try JSONValue(parsing: nested(501)) }
      for depth in [1, 63, 64, 65, 128, 129, 500] {
        try scan(nested(depth)) { scanner throws(JSONScanner.Failure) in
          try scanner.skip()
          try scanner.finish()
        }
      }
      for text in [nested(501), String(repeating: open, count: 1_000_000)] {
        #expect(throws: JSONScanner.Failure.self) {
          try scan(text) { scanner throws(JSONScanner.Failure) in try scanner.skip() }
        }
      }
    }
    let mixed =
      String(repeating: "[{\"a\":", count: 100) + "1" + String(repeating: "}]", count: 100)
    for cut in 0..<mixed.utf8.count {
      #expect(throws: JSONScanner.Failure.self) {
        try scan(String(mixed.prefix(cut))) { s throws(JSONScanner.Failure) in try s.skip() }
      }
    }
    #expect(throws: JSONScanner.Failure.self) {
      let wrong = String(mixed.dropLast(150)) + "]" + String(repeating: "}]", count: 75)
      try scan(wrong) { scanner throws(JSONScanner.Failure) in try scanner.skip() }
    }
  }
}
