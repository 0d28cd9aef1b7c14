import ArgumentParser
import ControlPlane
import Dashboard
import Foundation
import Manifest
import Screen
import Session

struct SnapshotCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "snapshot", abstract: "Prints one synced look at the fleet and leaves.")

  @Option(name: [.short, .long], help: "How to print it.")
  var output = ReportFormat.table

  @Flag(help: "Say on standard error where the time went.")
  var timings = false

  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    try await Failure.reporting {
      let client = try connection.client()
      let snapshot = await Snapshot(
        of: client, namespace: connection.namespace, now: Time.now)
      await client.shutdown()
      // Nothing at all could be read: one reason says it.
      if let error = snapshot.failures[.clusters],
        snapshot.failures.count == FeedID.allCases.count
      {
        throw error
      }
      let report = FleetReport(snapshot.state, failures: snapshot.failures)
      switch output {
      case .json: Output.write(report.json.serialized(pretty: true) + [UInt8(ascii: "\n")])
      case .table:
        let glyphs = Environment.isUTF8 ? Glyphs.unicode : .ascii
        let lines = report.text { TextWidth.printable($0, glyphs: glyphs) }
        Output.write(Array(lines.joined(separator: "\n").utf8) + [0x0A])
      }
      if timings { printTimings(snapshot.timings) }
      if !snapshot.failures.isEmpty { throw ExitCode(Failure.Code.failed.rawValue) }
    }
  }

  private func printTimings(_ timings: [Snapshot.Timing]) {
    for timing in timings {
      let line =
        "\(timing.feed.resource.qualifiedName): \(timing.objects) objects, \(timing.bytes) bytes, "
        + "\(milliseconds(timing.elapsed)) ms, of which reading \(milliseconds(timing.decoding)) ms"
      FileHandle.standardError.write(Data("\(line)\n".utf8))
    }
  }

  private func milliseconds(_ duration: Duration) -> Int64 {
    Int64(duration / .milliseconds(1))
  }
}

/// How a report is printed.
enum ReportFormat: String, ExpressibleByArgument, CaseIterable { case table, json }

extension FailoverReport {
  func lines(_ format: ReportFormat) -> [UInt8] {
    switch format {
    case .json: json.serialized(pretty: true) + [UInt8(ascii: "\n")]
    case .table: Array(text.joined(separator: "\n").utf8) + [UInt8(ascii: "\n")]
    }
  }
}

/// Standard output in one piece, and no crash when its reader has left.
enum Output {
  static func write(_ bytes: [UInt8]) {
    do {
      try FileHandle.standardOutput.write(contentsOf: Data(bytes))
    } catch {
      // The reader of a pipe may leave early (`| head`): that is its right.
    }
  }
}
