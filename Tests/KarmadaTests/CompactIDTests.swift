import Manifest
import Testing

@testable import Karmada

struct CompactIDTests {
  @Test(arguments: [
    "", "x", "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff",
    "0f8fad5b-d9cb-469f-a165-70867728950e", "0F8FAD5B-D9CB-469F-A165-70867728950E",
    "0f8fad5b-d9cb-469f-a165-70867728950", "0f8fad5b-d9cb-469f-a165-7086772895é",
    "0f8fad5bd9cb-469f-a165-70867728950e-", "------------------------------------",
  ])
  func givesBackTheTextItWasMadeOf(text: String) {
    #expect(CompactID(text).text == text)
  }

  @Test func takesSixteenBytesForAUUID() {
    #expect(CompactID("0f8fad5b-d9cb-469f-a165-70867728950e").isUUID)
    #expect(!CompactID("0F8FAD5B-D9CB-469F-A165-70867728950E").isUUID)
    #expect(MemoryLayout<CompactID>.size <= 17)
  }

  @Test func metadataTellsAllLabelsWhereverTheyAreKept() throws {
    let id = "0f8fad5b-d9cb-469f-a165-70867728950e"
    let text = """
      {"metadata":{"name":"a","labels":{"app":"web","resourcebinding.karmada.io/permanent-id":"\(id)",
      "work.karmada.io/permanent-id":"not-a-uuid"}}}
      """
    var meta = try ResourceBinding(json: Array(text.utf8)).metadata
    let expected = [
      "app": "web", "resourcebinding.karmada.io/permanent-id": id,
      "work.karmada.io/permanent-id": "not-a-uuid",
    ]
    #expect(meta.labels == expected)
    #expect(meta.label("resourcebinding.karmada.io/permanent-id") == id)
    #expect(meta.label("work.karmada.io/permanent-id") == "not-a-uuid")
    meta.labels["app"] = "api"
    #expect(meta.label("app") == "api")
    #expect(meta.label("resourcebinding.karmada.io/permanent-id") == id)
    meta.labels = [:]
    #expect(meta.labels.isEmpty && meta.label("resourcebinding.karmada.io/permanent-id") == nil)
  }
}
