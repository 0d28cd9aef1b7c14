import ControlPlane
import Foundation
import Testing

/// Programs of the machine that talk HTTP: a second opinion beside our own client.
enum Curl {
  struct Answer: Sendable {
    var status: Int
    var body: [UInt8]
  }

  static func get(_ url: String, headers: [String]) async throws -> Answer {
    try await run([url], headers: headers)
  }

  static func run(_ call: [String], headers: [String]) async throws -> Answer {
    let arguments =
      ["-s", "-o", "-", "-w", "\n%{http_code}"] + headers.flatMap { ["-H", $0] } + call
    let output = try await Program.run("curl", arguments, environment: [:])
    let text = output.output
    let mark = try #require(text.lastIndex(of: UInt8(ascii: "\n")))
    let code = String(decoding: text[text.index(after: mark)...], as: UTF8.self)
    return Answer(status: Int(code) ?? 0, body: Array(text[..<mark]))
  }
}

/// Runs a program to its end.
enum Program {
  struct Outcome: Sendable {
    var status: Int32
    var output: [UInt8]
    var error: String

    var text: String { String(decoding: output, as: UTF8.self) }
  }

  static func exists(_ name: String) -> Bool { path(name) != nil }

  private static func path(_ name: String) -> String? {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    return folders.map { "\($0)/\(name)" }.first {
      FileManager.default.isExecutableFile(atPath: $0)
    }
  }

  static func run(
    _ name: String, _ arguments: [String], environment: [String: String], input: String = ""
  ) async throws -> Outcome {
    let program = try #require(path(name), "\(name) is not on this machine")
    return try await withCheckedThrowingContinuation { continuation in
      // A thread of its own: a global queue's are those that Swift's tasks run on.
      Thread.detachNewThread {
        do {
          continuation.resume(
            returning: try wait(program, arguments, environment: environment, input: input))
        } catch {
          continuation.resume(throwing: error)
        }
      }
    }
  }

  private static func wait(
    _ path: String, _ arguments: [String], environment: [String: String], input: String
  ) throws -> Outcome {
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "program-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    func file(_ name: String, _ content: String = "") throws -> URL {
      let url = folder.appending(path: name)
      try Data(content.utf8).write(to: url)
      return url
    }
    let files = [try file("in", input), try file("out"), try file("err")]
    let process = Process()
    process.executableURL = URL(filePath: path)
    process.arguments = arguments
    process.environment =
      ["PATH": ProcessInfo.processInfo.environment["PATH"] ?? "", "HOME": folder.path]
      .merging(environment) { $1 }
    process.standardInput = try FileHandle(forReadingFrom: files[0])
    process.standardOutput = try FileHandle(forWritingTo: files[1])
    process.standardError = try FileHandle(forWritingTo: files[2])
    try process.run()
    process.waitUntilExit()
    let outcome = Outcome(
      status: process.terminationStatus, output: [UInt8](try Data(contentsOf: files[1])),
      error: String(decoding: try Data(contentsOf: files[2]), as: UTF8.self))
    try FileManager.default.removeItem(at: folder)
    return outcome
  }
}
