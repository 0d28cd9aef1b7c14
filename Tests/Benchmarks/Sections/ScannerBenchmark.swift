import ControlPlane
import Foundation
import Karmada
import Simulation

/// Bytes of a list of bindings to typed values.
enum ScannerBenchmark {
  private static let runs = 5

  static func run() async throws {
    let plane = Fleets.plane(clusters: 6, bindings: 20_000)
    let list = try await plane.send(APIRequest.list(ListScope(.resourceBindings))).body
    let recorded = try [UInt8](Data(contentsOf: fixture))
    try compare("synthetic", list, isJudged: true)
    try compare("recorded", recorded, isJudged: false)
  }

  private static let fixture = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Fixtures/karmada/bindings.json")

  private static func compare(_ name: String, _ bytes: [UInt8], isJudged: Bool) throws {
    // Enough repetitions that a small list takes a while too.
    let times = max(1, 8_000_000 / max(1, bytes.count))
    let data = Data(bytes)
    var (a, b): ([Double], [Double]) = ([], [])
    var count = 0
    for _ in 0..<runs {
      a.append(
        try megabytesASecond(bytes.count * times) {
          for _ in 0..<times { count = try ObjectList<ResourceBinding>(json: bytes).items.count }
        })
      b.append(
        try megabytesASecond(bytes.count * times) {
          for _ in 0..<times {
            let read = try JSONDecoder().decode(CodableBindings.self, from: data).items.count
            guard read == count else { throw Obstacle("\(read) bindings, not \(count)") }
          }
        })
    }
    Figures.show(
      "\(name): \(count.text) bindings",
      "\((Double(bytes.count) / 1e6).text(1)) MB, \((bytes.count / max(1, count)).text) bytes each")
    Figures.show("  ObjectList<ResourceBinding>", "\(Samples(a).median.text(0)) MB/s")
    Figures.show("  Foundation.JSONDecoder", "\(Samples(b).median.text(0)) MB/s")
    let ratio = Samples(zip(a, b).map { $0 / $1 }).median
    if isJudged {
      Figures.check("  times as fast", ratio, atLeast: 5, digits: 1)
    } else {
      Figures.show("  times as fast", ratio.text(1))
    }
  }

  private static func megabytesASecond(_ bytes: Int, _ work: () throws -> Void) throws -> Double {
    let elapsed = try ContinuousClock().measure(work)
    return Double(bytes) / 1e6 / (elapsed / .seconds(1))
  }
}

/// The same fields that `ResourceBinding` reads, as anyone would write them for JSONDecoder; times
/// stay text, in its favour.
private struct CodableBindings: Decodable {
  struct Binding: Decodable {
    var metadata: Metadata
    var spec: Spec
    var status: Status?
  }
  struct Metadata: Decodable {
    var name: String
    var namespace: String?
    var uid: String?
    var resourceVersion: String?
    var generation: Int?
    var creationTimestamp: String?
    var deletionTimestamp: String?
    var labels: [String: String]?
    var annotations: [String: String]?
    var finalizers: [String]?
  }
  struct Reference: Decodable {
    var apiVersion: String?
    var kind: String?
    var namespace: String?
    var name: String?
    var uid: String?
  }
  struct Spec: Decodable {
    struct Target: Decodable {
      var name: String
      var replicas: Int?
    }
    struct Task: Decodable {
      var fromCluster: String
      var reason: String?
      var message: String?
      var producer: String?
      var purgeMode: String?
      var gracePeriodSeconds: Int?
      var suppressDeletion: Bool?
      var creationTimestamp: String?
    }
    var resource: Reference
    var replicas: Int?
    var clusters: [Target]?
    var gracefulEvictionTasks: [Task]?
    var conflictResolution: String?
    var preserveResourcesOnDeletion: Bool?
    var propagateDeps: Bool?
  }
  struct Status: Decodable {
    struct Condition: Decodable {
      var type: String
      var status: String
      var reason: String?
      var message: String?
      var lastTransitionTime: String?
    }
    struct Item: Decodable {
      var clusterName: String
      var applied: Bool?
      var appliedMessage: String?
      var health: String?
    }
    var conditions: [Condition]?
    var aggregatedStatus: [Item]?
    var lastScheduledTime: String?
    var schedulerObservedGeneration: Int?
  }
  var items: [Binding]
}
