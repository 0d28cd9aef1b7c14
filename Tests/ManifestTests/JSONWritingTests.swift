import Manifest
import TestSupport
import Testing

@Suite struct JSONWritingTests {
  @Test(arguments: [
    (1.0, "1.0"), (-0.0, "-0.0"), (0.1, "0.1"), (100, "100.0"), (123.456, "123.456"),
    (1e20, "100000000000000000000.0"), (1e21, "1e+21"), (1.5e22, "1.5e+22"), (1e-6, "0.000001"),
    (1e-7, "1e-7"), (-1.25e-9, "-1.25e-9"), (Double.leastNonzeroMagnitude, "5e-324"),
    (Double.greatestFiniteMagnitude, "1.7976931348623157e+308"),
    (0.30000000000000004, "0.30000000000000004"),
    (.infinity, "null"), (.nan, "null"), (123456789012345680, "123456789012345680.0"),
  ])
  func writesDoublesShortest(number: Double, text: String) throws {
    #expect(JSONValue.double(number).jsonText() == text)
    if number.isFinite { #expect(try JSONValue(parsing: text) == .double(number)) }
  }

  @Test func keepsOrderUnlessAskedToSort() {
    let value: JSONValue = ["b": [1, nil], "a": ["é": true, "z": [:]], "Z": []]
    #expect(value.jsonText() == #"{"b":[1,null],"a":{"é":true,"z":{}},"Z":[]}"#)
    #expect(value.jsonText(sortedKeys: true) == #"{"Z":[],"a":{"z":{},"é":true},"b":[1,null]}"#)
    #expect(
      value.jsonText(pretty: true) == """
        {
          "b": [
            1,
            null
          ],
          "a": {
            "é": true,
            "z": {}
          },
          "Z": []
        }
        """)
  }

  @Test func escapesWhatJSONDemands() throws {
    let text = "\"\\/\n\r\t\u{8}\u{C}\u{1}\u{1F}\u{7F}é😀"
    #expect(
      JSONValue.string(text).jsonText() == #""\"\\/\n\r\t\b\f\u0001\u001f\u007fé😀""#)
    #expect(try JSONValue(parsing: JSONValue.string(text).jsonText()) == .string(text))
  }

  @Test(arguments: 0..<10)
  func readsBackWhatItWrites(seed: UInt64) throws {
    var random = RandomJSON(seed: seed)
    for _ in 0..<200 {
      let value = random.value()
      #expect(try JSONValue(parsing: value.serialized()) == value)
      #expect(try JSONValue(parsing: value.serialized(pretty: true)) == value)
    }
  }

  @Test func ofEqualKeysTheLastCounts() throws {
    #expect(try JSONValue(parsing: #"{"a":1,"b":2,"\u0061":3}"#) == ["a": 3, "b": 2])
  }
}
