import ControlPlane
import Manifest
import TestSupport
import Testing

/// A watcher at work, its control plane and clock in the test's hands.
private struct Bench {
  let plane = ScriptedControlPlane()
  let clock = ManualClock()
  let watcher: Watcher
  let updates = Arrivals<WatchUpdate>()
  let run: Task<Void, Never>

  init(
    _ configuration: WatchMachine.Configuration = .init(),
    scope: ListScope = ListScope(.resourceBindings, namespace: "shop")
  ) {
    let watcher = Watcher(
      scope, on: plane, configuration: configuration, clock: clock, epoch: .seconds(1000),
      seed: 7)
    self.watcher = watcher
    let updates = updates
    run = Task { await watcher.run { updates.put($0) } }
  }

  /// The next so many updates, in words.
  func next(_ count: Int) async throws -> [String] {
    var words: [String] = []
    for _ in 0..<count { words.append(Self.words(try await updates.next())) }
    return words
  }

  static func words(_ update: WatchUpdate) -> String {
    switch update {
    case .reset(let isFirst): isFirst ? "reset first" : "reset"
    case .page(let page): "page \(page.itemCount)"
    case .frames(let frames):
      "frames " + frames.map { "\($0.type) \($0.resourceVersion)" }.joined(separator: ", ")
    case .commit(let version): "commit \(version)"
    case .phase(let phase): MachineStage.words(phase)
    }
  }

  static func list(_ version: String, items: Int = 1, next: String = "") -> String {
    let items = Array(repeating: "{}", count: items).joined(separator: ",")
    return #"{"kind":"List","metadata":{"resourceVersion":"\#(version)","continue":"\#(next)"},"#
      + #""items":[\#(items)]}"#
  }

  static func event(_ type: String, _ version: String) -> String {
    #"{"type":"\#(type)","object":{"metadata":{"name":"a","resourceVersion":"\#(version)"}}}"#
      + "\n"
  }

  /// Brings the watcher to an open, live watch.
  func untilLive() async throws -> ScriptedControlPlane.Watch {
    try await plane.calls.next().answer(Self.list("10"))
    #expect(try await next(5) == ["loading 0", "reset first", "page 1", "commit 10", "live"])
    let watch = try await plane.watches.next()
    watch.accept()
    return watch
  }

  func stop() async throws {
    watcher.stop()
    await withTaskCancellationHandler {
      await run.value
    } onCancel: {
      run.cancel()
    }
    #expect(Self.words(try await updates.next()) == "idle")
    #expect(updates.left.isEmpty)
    #expect(plane.calls.left.isEmpty)
    #expect(plane.watches.left.isEmpty)
  }
}

@Suite(.timeLimit(.minutes(5))) struct WatcherTests {
  @Test func listsInPagesThenWatches() async throws {
    let bench = Bench(.init(pageSize: 2))
    let first = try await bench.plane.calls.next()
    #expect(first.request.path == "/apis/work.karmada.io/v1alpha2/namespaces/shop/resourcebindings")
    #expect(first.request.query("limit") == "2")
    first.answer(Bench.list("10", items: 2, next: "tok en"))
    let second = try await bench.plane.calls.next()
    #expect(second.request.query("continue") == "tok en")
    second.answer(Bench.list("10", items: 1))
    #expect(
      try await bench.next(7) == [
        "loading 0", "reset first", "page 2", "loading 2", "page 1", "commit 10", "live",
      ])
    let watch = try await bench.plane.watches.next()
    #expect(watch.request.query("watch") == "1")
    #expect(watch.request.query("allowWatchBookmarks") == "true")
    #expect(watch.request.query("resourceVersion") == "10")
    #expect(watch.request.timeout == nil)
    try await bench.stop()
    #expect(try await watch.ended.next())
  }

  @Test func eventsThatArriveTogetherAreDeliveredTogether() async throws {
    let bench = Bench()
    let watch = try await bench.untilLive()
    watch.say(Bench.event("ADDED", "11") + Bench.event("MODIFIED", "12"))
    #expect(try await bench.next(1) == ["frames added 11, modified 12"])
    // A line in pieces, its end in the middle of a UTF-8 sequence.
    let line = Bench.event("DELETED", "13")
    watch.say(String(line.prefix(30)))
    watch.say(String(line.dropFirst(30)) + "\r\n\n")
    #expect(try await bench.next(1) == ["frames deleted 13"])
    watch.say(Bench.event("BOOKMARK", "20"))
    watch.close()
    #expect(try await bench.plane.watches.next().request.query("resourceVersion") == "20")
    try await bench.stop()
  }

  @Test func marksItsRowsStaleAndComesBackByItself() async throws {
    let bench = Bench()
    let watch = try await bench.untilLive()
    watch.say(Bench.event("ADDED", "11"))
    #expect(try await bench.next(1) == ["frames added 11"])
    bench.clock.advance(by: .seconds(5))
    watch.fail(APIError(.unreachable, message: "connection reset"))
    #expect(try await bench.next(1) == ["stale unreachable since 1000"])
    try await bench.clock.advanceWhenAwaited(by: .seconds(1))
    let again = try await bench.plane.watches.next()
    #expect(again.request.query("resourceVersion") == "11")
    again.accept()
    #expect(try await bench.next(1) == ["live"])
    try await bench.stop()
  }

  @Test func relistsAfterAnErrorEvent() async throws {
    let bench = Bench()
    let watch = try await bench.untilLive()
    let recorded = try RecordedExchange(named: "watch-rb-too-old")
    watch.say(String(decoding: recorded.body, as: UTF8.self))
    #expect(try await watch.ended.next())
    try await bench.plane.calls.next().answer(Bench.list("90", items: 0))
    #expect(try await bench.next(3) == ["reset", "page 0", "commit 90"])
    #expect(try await bench.plane.watches.next().request.query("resourceVersion") == "90")
    try await bench.stop()
  }

  @Test func streamsAListAsARealServerDoes() async throws {
    let bench = Bench(.init(prefersStreamingList: true))
    let watch = try await bench.plane.watches.next()
    #expect(watch.request.query("sendInitialEvents") == "true")
    #expect(watch.request.query("resourceVersionMatch") == "NotOlderThan")
    #expect(watch.request.query("resourceVersion") == nil)
    watch.say(Bench.event("ADDED", "3"))
    let recorded = try RecordedExchange(named: "watch-rb-initial-events-3s")
    watch.say(String(decoding: recorded.body, as: UTF8.self))
    #expect(
      try await bench.next(6) == [
        "loading 0", "reset first", "frames added 3", "loading 1", "commit 4899", "live",
      ])
    try await bench.stop()
  }

  @Test func aLineThatIsNoEventEndsTheWatch() async throws {
    let bench = Bench()
    let watch = try await bench.untilLive()
    watch.say("<html>\n" + Bench.event("ADDED", "99"))
    #expect(try await bench.next(1) == ["stale protocol since 1000"])
    #expect(try await watch.ended.next())
    try await bench.clock.advanceWhenAwaited(by: .seconds(1))
    try await bench.plane.calls.next().answer("{}")
    #expect(try await bench.next(1) == ["stale protocol since 1000"])
    try await bench.stop()
  }

  @Test func aWatchThatBreaksOffInsideAnEventIsTakenUpAgain() async throws {
    let bench = Bench()
    let watch = try await bench.untilLive()
    watch.say(Bench.event("ADDED", "11") + #"{"type":"MODI"#)
    watch.close()
    #expect(try await bench.next(2) == ["frames added 11", "stale unreachable since 1000"])
    try await bench.clock.advanceWhenAwaited(by: .seconds(1))
    #expect(try await bench.plane.watches.next().request.query("resourceVersion") == "11")
    try await bench.stop()
  }

  @Test func aLastEventMayLackItsLineEnd() async throws {
    let bench = Bench()
    let watch = try await bench.untilLive()
    watch.say(String(Bench.event("ADDED", "11").dropLast()))
    watch.close()
    #expect(try await bench.next(1) == ["frames added 11"])
    #expect(try await bench.plane.watches.next().request.query("resourceVersion") == "11")
    try await bench.stop()
  }

  @Test func refreshListsAgainAndPollingReplacesTheWatch() async throws {
    let bench = Bench()
    let watch = try await bench.untilLive()
    bench.watcher.refresh()
    #expect(try await watch.ended.next())
    try await bench.plane.calls.next().answer(Bench.list("20"))
    #expect(try await bench.next(3) == ["reset", "page 1", "commit 20"])
    let second = try await bench.plane.watches.next()
    bench.watcher.setPolling(.seconds(10))
    #expect(try await second.ended.next())
    #expect(try await bench.next(1) == ["polling 10"])
    try await bench.clock.advanceWhenAwaited(by: .seconds(10))
    try await bench.plane.calls.next().answer(Bench.list("30"))
    #expect(try await bench.next(3) == ["reset", "page 1", "commit 30"])
    bench.watcher.setPolling(nil)
    #expect(try await bench.next(1) == ["live"])
    #expect(try await bench.plane.watches.next().request.query("resourceVersion") == "30")
    try await bench.stop()
  }

  @Test func looksThroughAMembersProxy() async throws {
    let bench = Bench(scope: ListScope(.events, labelSelector: "a=b", cluster: "member1"))
    let call = try await bench.plane.calls.next()
    #expect(
      call.request.path == "/apis/cluster.karmada.io/v1alpha1/clusters/member1/proxy/api/v1/events")
    #expect(call.request.query("labelSelector") == "a=b")
    call.fail(APIError(.forbidden, status: 403, message: "no"))
    #expect(try await bench.next(2) == ["loading 0", "denied forbidden"])
    try await bench.stop()
  }

  @Test func cancellingTheTaskEndsEverythingAndSaysNothingMore() async throws {
    let bench = Bench()
    let watch = try await bench.untilLive()
    bench.run.cancel()
    await bench.run.value
    #expect(try await watch.ended.next())
    #expect(bench.updates.left.isEmpty)
    bench.watcher.refresh()
    await bench.watcher.run { _ in Issue.record("a watcher runs only once") }
  }

  @Test func waitsUntilEachPieceOfNewsIsTaken() async throws {
    let plane = ScriptedControlPlane()
    let watcher = Watcher(ListScope(.works), on: plane, clock: ManualClock(), seed: 1)
    let updates = Arrivals<WatchUpdate>()
    let permits = Arrivals<Void>()
    let run = Task {
      await watcher.run { update in
        updates.put(update)
        do { try await permits.next() } catch { return }  // the test is over
      }
    }
    #expect(Bench.words(try await updates.next()) == "loading 0")
    #expect(plane.calls.left.isEmpty, "asked before the news was taken")
    permits.put(())
    try await plane.calls.next().answer(Bench.list("1"))
    for expected in ["reset first", "page 1", "commit 1"] {
      #expect(Bench.words(try await updates.next()) == expected)
      #expect(updates.left.isEmpty)
      permits.put(())
    }
    let watch = try await plane.watches.next()
    #expect(Bench.words(try await updates.next()) == "live")
    // Both arrive while "live" is still being taken in, so both come in one batch.
    watch.say(Bench.event("ADDED", "2"))
    watch.say(Bench.event("ADDED", "3"))
    watch.close()
    _ = try await watch.ended.next()
    permits.put(())
    var frames = 0
    while frames < 2 {
      if case .frames(let batch) = try await updates.next() { frames += batch.count }
      permits.put(())
    }
    #expect(frames == 2)
    for _ in 0..<10 { permits.put(()) }
    watcher.stop()
    await run.value
  }
}
