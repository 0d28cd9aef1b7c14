import Dashboard
import Karmada
import Manifest
import Screen
import TestSupport
import Testing

@Suite struct ScreenFuzzTests {
  private static let keys: [Key] =
    Key.ordinary + [
      .up, .down, .left, .right, .pageUp, .pageDown, .home, .end, .tab, .backTab, .enter, .escape,
      .backspace, .delete, .ctrl("u"), .ctrl("d"), .ctrl("w"), .ctrl("a"), .function(1),
    ]

  private static let texts = [
    "web", "", "日本語クラスタ", "e\u{301}te\u{301}", "\u{1b}[31mred", "a\u{0}b\tc\r\n", "👩‍👩‍👧‍👦",
    "\u{202e}rtl",
    String(repeating: "long ", count: 200), "\u{feff}bom", "🇩🇪🇫🇷", "-", "a/b:c*d",
  ]

  /// Any keys, any sizes, any names: it draws, every row is as wide as the screen, and nothing
  /// that a terminal would obey gets through.
  @Test(arguments: 0..<8) func drawsAnythingAtAnySize(_ seed: UInt64) async throws {
    var random = SeededGenerator(seed: seed)
    var state = try await Stage.quickstart(size: Size(width: 80, height: 24))
    for _ in 0..<400 {
      _ = update(&state, Self.event(&random))
      let canvas = ScreenRenderer(glyphs: Bool.random(using: &random) ? .unicode : .ascii)
        .draw(state).canvas
      #expect(canvas.width == state.size.width && canvas.height == state.size.height)
      for row in canvas.text {
        #expect(TextWidth.columns(of: row) == canvas.width)
        #expect(!row.unicodeScalars.contains { $0.properties.generalCategory == .control })
      }
    }
  }

  private static func event(_ random: inout SeededGenerator) -> AppEvent {
    switch Int.random(in: 0..<20, using: &random) {
    case 0..<12: .input(.key(keys.randomElement(using: &random) ?? .enter))
    case 12:
      .input(
        .resize(
          width: Int.random(in: 1...220, using: &random),
          height: Int.random(in: 1...70, using: &random)))
    case 13: .input(.paste(texts.randomElement(using: &random) ?? ""))
    case 14:
      .input(
        .mouse(
          MouseEvent(
            Bool.random(using: &random) ? .click : .wheelDown,
            x: Int.random(in: -3...300, using: &random),
            y: Int.random(in: -3...100, using: &random))))
    case 15: .tick(Time(nanoseconds: Int64.random(in: .min ... .max, using: &random)))
    case 16: .feed(.resourceBindings, .objects(.bindings([binding(&random)])))
    case 17: .feed(.clusters, .objects(.clusters([cluster(&random)])))
    case 18: .feed(.resourceBindings, Bool.random(using: &random) ? .listBegins : .listEnds)
    default:
      .objectRead(
        token: Int.random(in: 1...6, using: &random),
        .success(["kind": .string(texts.randomElement(using: &random) ?? ""), "spec": [1, 2.5]]))
    }
  }

  private static func binding(_ random: inout SeededGenerator) -> ResourceBinding {
    var binding = ResourceBinding()
    binding.metadata.namespace = texts.randomElement(using: &random) ?? ""
    binding.metadata.name = texts.randomElement(using: &random) ?? ""
    binding.resource.kind = texts.randomElement(using: &random) ?? ""
    binding.resource.name = texts.randomElement(using: &random) ?? ""
    for _ in 0..<Int.random(in: 0...4, using: &random) {
      var target = ResourceBinding.TargetCluster()
      target.name = texts.randomElement(using: &random) ?? ""
      target.replicas = Int.random(in: .min ... .max, using: &random)
      binding.clusters.append(target)
    }
    return binding
  }

  private static func cluster(_ random: inout SeededGenerator) -> Cluster {
    var cluster = Cluster()
    cluster.metadata.name = texts.randomElement(using: &random) ?? ""
    cluster.region = texts.randomElement(using: &random) ?? ""
    cluster.metadata.creationTimestamp = Time(
      nanoseconds: Int64.random(in: .min ... .max, using: &random))
    return cluster
  }
}

extension Key {
  /// Every key that types something.
  fileprivate static let ordinary: [Key] = " abcdefghijklmnopqrstuvwxyzTZNSUGD/:?12345678!\"é世"
    .map { .character($0) }
}
