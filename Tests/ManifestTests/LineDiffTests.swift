import Manifest
import TestSupport
import Testing

struct LineDiffTests {
  @Test func tellsWhatWasRemovedAndAdded() {
    let diff = LineDiff(from: "a\nb\nc\nd", to: "a\nx\nc\nd\ne")
    #expect(
      diff.edits == [
        .kept(old: 0, new: 0), .removed(old: 1), .added(new: 1), .kept(old: 2, new: 2),
        .kept(old: 3, new: 3), .added(new: 4),
      ])
    #expect(diff.hunks(context: 0).map(\.header) == ["@@ -2 +2 @@", "@@ -4,0 +5 @@"])
    #expect(diff.hunks().map(\.header) == ["@@ -1,4 +1,5 @@"])
    #expect(
      diff.rows().map { [$0.old, $0.new] } == [[0, 0], [1, 1], [2, 2], [3, 3], [nil, 4]])
    #expect(LineDiff(from: "a\n", to: "a\n").isEmpty)
  }

  @Test func findsTheShortestDifference() {
    let diff = LineDiff(
      from: Array("ABCABBA").map(String.init).joined(separator: "\n"),
      to: Array("CBABAC").map(String.init).joined(separator: "\n"))
    let changes = diff.edits.filter { if case .kept = $0 { false } else { true } }
    #expect(changes.count == 5)
  }

  @Test func applyingItGivesTheTarget() {
    var generator = SeededGenerator(seed: 51)
    for round in 0..<1_500 {
      func text() -> String {
        (0..<Int.random(in: 0..<25, using: &generator))
          .map { _ in String(Int.random(in: 0..<(2 + round % 9), using: &generator)) }
          .joined(separator: "\n")
      }
      let (old, new) = (text(), text())
      let diff = LineDiff(from: old, to: new)
      #expect(diff.applied() == new)
      #expect(LineDiff(from: new, to: old).applied() == old)
      var (i, j) = (0, 0)
      for edit in diff.edits {
        switch edit {
        case .kept(let a, let b):
          #expect((a, b) == (i, j) && diff.old[a] == diff.new[b])
          (i, j) = (i + 1, j + 1)
        case .removed(let a):
          #expect(a == i)
          i += 1
        case .added(let b):
          #expect(b == j)
          j += 1
        }
      }
      #expect((i, j) == (diff.old.count, diff.new.count))
      let hunks = diff.hunks(context: 2)
      #expect(hunks.allSatisfy { $0.old.upperBound <= diff.old.count })
    }
  }

  @Test func largeTextsThatShareLittleAreStillDiffed() {
    var generator = SeededGenerator(seed: 52)
    let old = (0..<20_000).map { "\($0) \(UInt8.random(in: 0...9, using: &generator))" }
    var new = old
    for i in stride(from: 0, to: new.count, by: 3) { new[i] = "changed" }
    new.removeLast(500)
    let diff = LineDiff(from: old.joined(separator: "\n"), to: new.joined(separator: "\n"))
    #expect(diff.applied() == new.joined(separator: "\n"))
    let kept = diff.edits.count { if case .kept = $0 { true } else { false } }
    #expect(kept > 12_000)
    let nothing = LineDiff(
      from: (0..<9_000).map(String.init).joined(separator: "\n"),
      to: (9_000..<18_000).map(String.init).joined(separator: "\n"))
    #expect(nothing.edits.count == 18_000)
  }

  @Test func marksTheWordsThatChanged() {
    let words = WordDiff(from: "    image: nginx:1.25", to: "    image: m.io/nginx:1.26")
    #expect(words.old.filter(\.isChanged).map { String($0.text) } == ["25"])
    #expect(words.new.filter(\.isChanged).map { String($0.text) } == ["m.io/", "26"])
    #expect(words.new.map(\.text).joined() == "    image: m.io/nginx:1.26")
    let apart = WordDiff(from: "alpha", to: "omega")
    #expect(apart.old == [.init("alpha", isChanged: true)])
    #expect(WordDiff(from: "", to: "").old.isEmpty)
  }

  @Test func piecesMakeTheLine() {
    var random = RandomJSON(seed: 53)
    for _ in 0..<2_000 {
      let (old, new) = (random.string() + random.string(), random.string())
      let words = WordDiff(from: old[...], to: new[...])
      #expect(words.old.map(\.text).joined() == old)
      #expect(words.new.map(\.text).joined() == new)
    }
  }
}
