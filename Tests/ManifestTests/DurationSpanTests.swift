import Manifest
import Testing

@Suite struct DurationSpanTests {
  @Test(arguments: [
    ("1s", 1), ("90s", 90), ("15m", 900), ("24h", 86_400), ("7d", 604_800),
    ("1000000d", 86_400_000_000),
  ])
  func readsANumberAndItsUnit(_ text: String, _ seconds: Int64) {
    #expect(Duration(span: text) == .seconds(seconds))
  }

  @Test(arguments: [
    "", "h", "15", "0m", "-1h", "+1h", "1.5h", "1 h", " 1h", "1H", "1w", "1h30m", "1000001s",
    "99999999999999999999d", "٣h", "all",
  ])
  func readsNothingElse(_ text: String) { #expect(Duration(span: text) == nil) }
}
