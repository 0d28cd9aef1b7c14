import ArgumentParser
import Dashboard
import Foundation
import Manifest
import Screen
import Session
import Simulation
import Synchronization

struct Replay: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Shows a recorded incident on the same screen, second by second.")

  @Argument(help: "The recording: a .trace.jsonl file.")
  var trace: String

  enum View: String, ExpressibleByArgument, CaseIterable { case failovers }

  @Option(help: "Seconds into it to begin at; with --view to look at (its end, if not given).")
  var at: Double?

  @Option(help: "How fast time passes; 0 stands still.")
  var speed: Double = 1

  @Option(help: "Print that one screen as text, COLUMNSxROWS, and leave.")
  var dump: String?

  @Option(help: "Keys to press before it is printed, as in \"2 / s h o p Enter\".")
  var keys: String = ""

  @Option(help: "Print what is known of something up to that second, and leave.")
  var view: View?

  @Option(name: [.short, .long], help: "How to print it.")
  var output = ReportFormat.table

  @OptionGroup var screen: ScreenOptions

  func validate() throws {
    guard at.map({ $0.isFinite && $0 >= 0 }) ?? true else {
      throw ValidationError("--at takes seconds from 0 on")
    }
    guard speed.isFinite, (0...1000).contains(speed) else {
      throw ValidationError("--speed takes 0 to 1000")
    }
    if let dump, Self.size(dump) == nil {
      throw ValidationError("--dump takes a size such as 120x36, up to 1000x1000")
    }
    if dump == nil, !keys.isEmpty { throw ValidationError("--keys needs --dump") }
    if dump != nil, view != nil { throw ValidationError("--dump goes without --view") }
  }

  private static func size(_ text: String) -> Size? {
    let parts = text.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let width = parts[0], let height = parts[1],
      (1...1000).contains(width), (1...1000).contains(height)
    else { return nil }
    return Size(width: width, height: height)
  }

  func run() async throws {
    try await Failure.reporting {
      let plane = try open()
      if let view { return print(view, of: plane.trace) }
      let setup = try screen.setup()
      if let dump, let size = Self.size(dump) {
        try await self.dump(plane, setup, size)
      } else {
        try await play(plane, setup)
      }
    }
  }

  /// Straight over the recording, second by second, without a screen.
  private func print(_ view: View, of recording: Trace) {
    let position = min(at ?? recording.duration, recording.duration)
    let now = recording.time(at: position)
    switch view {
    case .failovers:
      let builder = recording.failovers(until: position)
      let episodes = builder.episodes(at: now)
      var report = FailoverReport(
        context: name, server: "replay", takenAt: now, episodes: episodes,
        incidents: builder.incidents(of: episodes), gaps: builder.gaps)
      report.recording = (recording.startTime, position)
      Output.write(report.lines(output))
    }
  }

  private var name: String {
    (trace as NSString).lastPathComponent.split(separator: ".").first.map(String.init) ?? trace
  }

  private func open() throws -> TraceControlPlane {
    let bytes = try Paths.bytes(of: trace)
    do {
      let recording = try Trace(bytes)
      for warning in recording.warnings {
        FileHandle.standardError.write(Data("quarterdeck: \(trace): \(warning)\n".utf8))
      }
      return TraceControlPlane(recording, name: name, at: at ?? 0)
    } catch {
      throw Failure("\(trace), \(error)")
    }
  }

  private func control(_ plane: TraceControlPlane) -> Session.ReplayControl {
    let reading = Mutex(FailoverReading(plane.trace))
    return Session.ReplayControl(
      seek: { plane.seek(to: $0) }, setSpeed: { plane.setSpeed($0) },
      status: {
        ReplayStatus(
          position: plane.position, duration: plane.trace.duration, speed: plane.speed,
          note: plane.lastNote)
      },
      failovers: {
        reading.withLock {
          $0.advance(to: plane.position)
          return $0.builder
        }
      }, rollbacks: { plane.trace.rollbacks(until: plane.position) })
  }

  private func play(_ plane: TraceControlPlane, _ setup: ScreenOptions.Setup) async throws {
    let clock = Task { await plane.run(speed: speed) }
    defer { clock.cancel() }
    try await FullScreen.run(
      setup: setup, options: setup.options, plane: plane, now: { plane.now },
      replay: control(plane))
  }

  /// Brings the session to rest, presses the keys one after the other, prints what shows.
  @MainActor
  private func dump(
    _ plane: TraceControlPlane, _ setup: ScreenOptions.Setup, _ size: Size
  ) async throws {
    let keys: [Key]
    do {
      keys = try Key.sequence(parsing: self.keys)
    } catch {
      throw Failure("--keys: \(error)", code: .usage)
    }
    var state = AppState(
      now: plane.now, endpoint: plane.endpoint, options: setup.options, keymap: setup.keymap,
      pane: setup.config.pane ?? .clusters)
    state.size = size
    let session = Session(
      state: state, plane: plane, now: { plane.now }, replay: control(plane),
      log: FileLog.logger())
    session.start()
    await session.settled()
    for key in keys {
      session.send(.input(.key(key)))
      await session.settled()
    }
    let glyphs = setup.ascii ? Glyphs.ascii : .unicode
    let drawn = ScreenRenderer(glyphs: glyphs).draw(session.state)
    for row in drawn.canvas.text { Swift.print(row) }
    await session.stop()
  }
}
