import Manifest
import TestSupport
import Testing

struct ImageReferenceTests {
  private static let sha = "sha256:" + String(repeating: "a", count: 64)

  @Test(arguments: [
    ("nginx", "", "nginx", "", ""), ("library/nginx:1.25", "", "library/nginx", "1.25", ""),
    ("localhost/app:dev", "localhost", "app", "dev", ""), ("host:5000", "", "host", "5000", ""),
    ("localhost:5000/app", "localhost:5000", "app", "", ""),
    ("reg.io/a/b/c:v1_2.3-rc.1", "reg.io", "a/b/c", "v1_2.3-rc.1", ""),
    ("UPPER/case:1", "", "UPPER/case", "1", ""), ("[::1]:5000/a", "[::1]:5000", "a", "", ""),
    ("a@" + sha, "", "a", "", sha), ("reg.io/a:t@" + sha, "reg.io", "a", "t", ""),
    ("a__b/c--d.e", "", "a__b/c--d.e", "", ""),
  ])
  func takesNamesApart(
    text: String, registry: String, repository: String, tag: String, digest: String
  ) throws {
    let image = try ImageReference(parsing: text)
    #expect(image.registry == registry)
    #expect(image.repository == repository)
    #expect(image.tag == tag)
    #expect(image.digest == digest)
  }

  @Test(arguments: [
    "", ":1", "bad image", "a//b", "/a", "a/", "a:", "a@", "a@sha256:abc", "a___b", "a..b", "-a",
    "a:-t", "a/B", "日本:1", "http://a/b", "a@md5:" + String(repeating: "a", count: 32),
    "a@sha256:" + String(repeating: "A", count: 64), "a:" + String(repeating: "t", count: 129),
    String(repeating: "a", count: 256),
  ])
  func refusesWhatIsNone(text: String) {
    #expect(throws: ImageReference.Failure.self) { try ImageReference(parsing: text) }
  }

  @Test func setsATagOrADigestButNothingElse() throws {
    var image = try ImageReference(parsing: "a:1")
    let isSet = image.setTagOrDigest(Self.sha)
    #expect(isSet)
    #expect(image.description == "a@" + Self.sha)
    let before = image
    let isSetAgain = image.setTagOrDigest("not a tag")
    #expect(!isSetAgain)
    #expect(image == before)
    image.removeTagOrDigest()
    #expect(image.description == "a")
  }

  @Test func whatIsReadIsWrittenTheSame() {
    var generator = SeededGenerator(seed: 31)
    let alphabet = Array("ab1.:/-_@[]A sha256:")
    var read = 0
    for _ in 0..<30_000 {
      let text = String(
        (0..<Int.random(in: 0..<10, using: &generator)).map { _ in
          alphabet.randomElement(using: &generator) ?? "a"
        })
      let image: ImageReference
      do { image = try ImageReference(parsing: text) } catch { continue }
      read += 1
      #expect(image.description == text)
    }
    #expect(read > 1_000)
  }
}
