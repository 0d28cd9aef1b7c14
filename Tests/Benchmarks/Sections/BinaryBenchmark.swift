import Foundation

/// The program as it is given to people. Builds it, which takes minutes.
enum BinaryBenchmark {
  static func run() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().path
    guard let swift = Program.find("swift"), let strip = Program.find("strip") else {
      throw Obstacle("swift and strip must be on PATH")
    }
    let scratch = try Scratch()
    let folder = root + "/.build-static"
    let build = try Child.run(
      swift,
      [
        "build", "--package-path", root, "--scratch-path", folder, "-c", "release",
        "--static-swift-stdlib", "--product", "quarterdeck",
      ])
    guard build.status == 0 else { throw Obstacle("the static build failed") }
    let copy = scratch.path + "/quarterdeck"
    let stripped = try Child.run(strip, ["-o", copy, folder + "/release/quarterdeck"])
    guard stripped.status == 0 else { throw Obstacle("strip failed") }
    let size = try FileManager.default.attributesOfItem(atPath: copy)[.size] as? Int ?? 0
    Figures.check("stripped", Double(size) / 1e6, atMost: 80, unit: "MB", digits: 1)
    _ = try Child.run(copy, ["--version"])
    let times = try (0..<15).map { _ in try Child.run(copy, ["--version"]).wall.milliseconds }
    Figures.check("--version", Samples(times).median, atMost: 15, unit: "ms", digits: 1)
  }
}
