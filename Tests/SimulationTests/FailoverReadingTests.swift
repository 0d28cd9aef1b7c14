import Karmada
import Manifest
import Simulation
import TestSupport
import Testing

/// Failovers read step by step, as a replay plays.
extension FailoverTraceTests {
  private func trace(of lines: [JSONValue]) throws -> Trace {
    try Trace(Array(lines.map { $0.serialized() }.joined(separator: [UInt8(ascii: "\n")])))
  }

  /// Wherever it stops on the way, it has read what it reads in one go to there.
  private func expectTheSameInSteps(
    _ trace: Trace, seed: UInt64, around: ClosedRange<Double> = 0...0
  ) {
    let unread = FailoverReading(trace)
    var (steps, generator) = (unread, SeededGenerator(seed: seed))
    var ends = (0..<30).map { _ in Double.random(in: 0...trace.duration, using: &generator) }
    ends += (0..<30).map { _ in Double.random(in: around, using: &generator) }
    ends = ends.sorted() + [trace.duration]
    // A step back, and on from there.
    ends.append(ends[40])
    ends += [ends[41], trace.duration]
    for end in ends {
      let time = trace.time(at: end)
      var fresh = unread
      steps.advance(to: end)
      fresh.advance(to: end)
      let isSame = steps.builder.episodes(at: time) == fresh.builder.episodes(at: time)
      #expect(isSame, "at \(end) s")
      #expect(steps.builder.gaps == fresh.builder.gaps)
    }
  }

  @Test(arguments: TraceTests.names, [1, 2])
  func readingInStepsTellsTheSame(_ name: String, seed: UInt64) throws {
    expectTheSameInSteps(try trace(of: lines(name)), seed: seed)
  }

  /// What a recorder tells that connects at a second and whose watch of bindings lags behind.
  private func lines(
    _ name: String, from cut: Double, bindingsLate lag: Double, isListed: Bool = true
  ) throws -> [JSONValue] {
    let whole = try lines(name)
    let rest = whole.compactMap { line -> JSONValue? in
      let t = second(line) - cut + (line["resource"] == "resourcebindings" ? lag : 0)
      guard line["list"] == nil, t > 0 else { return nil }
      var line = line
      line["t"] = .double(t)
      return line
    }.sorted { second($0) < second($1) }
    guard isListed else { return rest }
    return lists(whole, at: cut, told: 0).filter { $0["list"] != "resourcebindings" }
      + lists(whole, at: cut - lag, told: 0).filter { $0["list"] == "resourcebindings" } + rest
  }

  @Test(arguments: [15.6, 15.65, 16.0, 16.19, 16.5, 32.9, 33.1])
  func readingInStepsAfterConnectingLaterTellsTheSame(_ cut: Double) throws {
    let lines = try lines("stateful-failover-twice", from: cut, bindingsLate: 0)
    expectTheSameInSteps(try trace(of: lines), seed: 3)
  }

  /// Each eviction is one episode, for somebody as well who stops where its Event has been told,
  /// but not yet by the binding's own watch.
  @Test func anEventAheadOfItsBindingIsNoSecondEpisode() throws {
    let name = "stateful-failover-twice"
    let late = try trace(of: lines(name, from: 16, bindingsLate: 0.7))
    let wanted = stories(late.failovers().episodes(at: late.time(at: late.duration)))
    #expect(wanted == stories(try episodes(of: lines(name))))
    var steps = FailoverReading(late)
    for end in stride(from: 0, through: 4, by: 0.05) { steps.advance(to: end) }
    steps.advance(to: late.duration)
    #expect(stories(steps.builder.episodes(at: late.time(at: late.duration))) == wanted)
    expectTheSameInSteps(late, seed: 5, around: 0...4)
  }

  /// Each gap is noted once it is over, and again after going back.
  @Test func gapsAreThoseThatAreOver() throws {
    let whole = try lines("stateful-failover-twice")
    var kept = whole
    // Nobody hears of bindings then, and lists tell what has become of them.
    for (from, until) in [(4.0, 7.0), (21.0, 25.0)] {
      kept.removeAll {
        $0["resource"] == "resourcebindings" && second($0) > from && second($0) <= until
      }
      let at = kept.firstIndex { second($0) > until } ?? kept.endIndex
      let found = lists(whole, at: until, told: until)
      kept.insert(contentsOf: found.filter { $0["list"] == "resourcebindings" }, at: at)
    }
    let trace = try trace(of: kept)
    var reading = FailoverReading(trace)
    var counts: [Int] = []
    for end in [5, 8, 8.05, 30, 8, 5, 30, trace.duration] {
      reading.advance(to: end)
      counts.append(reading.builder.gaps.count)
    }
    #expect(counts == [0, 1, 1, 2, 1, 0, 2, 2])
  }

  /// Without lists what is old is found when it is first heard of: no reason to take at once what
  /// an Event tells for something that was over before, nor to look back between the two.
  @Test(arguments: [16.26, 14.3])
  func somethingOldHeardOfMeanwhileIsNoSecondEpisode(moment: Double) throws {
    let name = "stateful-failover-twice"
    var lines = try lines(name, from: 4.7, bindingsLate: 0.7, isListed: false)
    let old: JSONValue = [
      "t": .double(moment - 4.7), "resource": "works",
      "event": [
        "type": "ADDED",
        "object": [
          "metadata": [
            "namespace": "karmada-es-member1", "name": "old", "resourceVersion": "1",
            "creationTimestamp": "2026-11-22T11:00:00Z",
          ]
        ],
      ],
    ]
    let at = lines.firstIndex { second($0) > moment - 4.7 } ?? lines.endIndex
    lines.insert(old, at: at)
    let found = try episodes(of: lines)
    #expect(stories(found) == stories(try episodes(of: self.lines(name))))
    expectTheSameInSteps(try trace(of: lines), seed: 6, around: 11...15)
  }
}
