import Foundation
import Manifest
import TestSupport
import Testing

@Suite struct TimeTests {
  @Test(arguments: [
    ("1970-01-01T00:00:00Z", 0), ("2026-11-22T11:44:16Z", 1_795_347_856_000_000_000),
    ("2026-11-22T11:44:16.5Z", 1_795_347_856_500_000_000),
    ("2026-11-22T11:44:16.123456789999Z", 1_795_347_856_123_456_789),
    ("2026-11-22T19:44:16+08:00", 1_795_347_856_000_000_000),
    ("2026-11-22T06:14:16-05:30", 1_795_347_856_000_000_000),
    ("2024-02-29T23:59:59z", 1_709_251_199_000_000_000),
    ("1969-12-31T23:59:59.5Z", -500_000_000), ("1900-03-01T00:00:00Z", -2_203_891_200_000_000_000),
    ("2262-04-11T23:47:16.854775807Z", Int64.max), ("1677-09-21T00:12:43.145224192Z", Int64.min),
  ])
  func readsRFC3339(text: String, nanoseconds: Int64) {
    #expect(Time(rfc3339: text)?.nanoseconds == nanoseconds)
  }

  @Test(arguments: [
    "", "2026", "2026-11-22", "2026-11-22T11:44:16", "2026-11-22 11:44:16Z", "2026-13-01T00:00:00Z",
    "2026-00-01T00:00:00Z", "2026-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "2026-04-31T00:00:00Z",
    "2026-11-22T24:00:00Z", "2026-11-22T11:60:00Z", "2026-11-22T11:44:60Z", "2026-11-22T11:44:16.Z",
    "2026-11-22T11:44:16+0800", "2026-11-22T11:44:16+25:00", "2026-11-22T11:44:16ZZ",
    "-026-11-22T11:44:16Z",
    "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2262-04-11T23:47:16.854775808Z",
    "1677-09-21T00:12:43.145224191Z", "２026-11-22T11:44:16Z",
  ])
  func refusesWhatIsNoMoment(text: String) {
    #expect(Time(rfc3339: text) == nil)
  }

  @Test func writesAsKubernetesDoes() {
    let time = Time(nanoseconds: 1_795_347_856_123_456_789)
    #expect(time.rfc3339 == "2026-11-22T11:44:16Z")
    #expect(time.rfc3339Micro == "2026-11-22T11:44:16.123456Z")
    #expect(Time(nanoseconds: -1).rfc3339Micro == "1969-12-31T23:59:59.999999Z")
    #expect(Time(nanoseconds: .min).rfc3339 == "1677-09-21T00:12:43Z")
    #expect(Time(nanoseconds: .max).rfc3339 == "2262-04-11T23:47:16Z")
  }

  @Test(arguments: 0..<10)
  func agreesWithFoundationOnTheCalendar(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<200 {
      let seconds = Int64.random(in: -9_223_372_036...9_223_372_036, using: &generator)
      let text = Time(nanoseconds: seconds * 1_000_000_000).rfc3339
      let date = Date(timeIntervalSince1970: Double(seconds))
      #expect(text == date.formatted(.iso8601))
      #expect(Time(rfc3339: text)?.nanoseconds == seconds * 1_000_000_000)
    }
  }

  @Test func arithmeticStopsAtTheEnds() {
    let last = Time(nanoseconds: .max)
    let first = Time(nanoseconds: .min)
    #expect(last - first == .nanoseconds(Int64.max) - .nanoseconds(Int64.min))
    #expect(last + .seconds(1) == last && first + .seconds(-1) == first)
    #expect(last - .seconds(1) < last && first - .seconds(1) == first)
    #expect(Time(nanoseconds: 0) + .seconds(Int64.max) == last)
    #expect(Time(seconds: 1e300) == last && Time(seconds: -.infinity) == first)
    #expect(Time(seconds: .nan) == Time(nanoseconds: 0))
    #expect(Time(seconds: 1.5) == Time(nanoseconds: 1_500_000_000))
  }
}
