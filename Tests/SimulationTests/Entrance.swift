import ControlPlane
import Foundation
import KubeClient
import Manifest
import Simulation
import Testing

/// The two ways into the embedded Karmada; one body of tests goes through both.
enum Entrance: String, CaseIterable, CustomTestStringConvertible, Sendable {
  case inProcess
  case http

  var testDescription: String { rawValue }

  /// Runs a body with a client of a fleet.
  func with<Result: Sendable>(
    _ plane: SimulatedControlPlane,
    _ body: (any ControlPlane) async throws -> Result
  ) async throws -> Result {
    switch self {
    case .inProcess: return try await body(plane)
    case .http:
      return try await OpenDoor.with(plane) { door in
        let client = try door.client()
        do {
          let result = try await body(client)
          await client.shutdown()
          return result
        } catch {
          await client.shutdown()
          throw error
        }
      }
    }
  }
}

/// An HTTP door with its kubeconfig in a temporary folder.
struct OpenDoor: Sendable {
  let door: HTTPDoor
  let folder: URL

  var kubeconfig: String { folder.appending(path: "config").path }

  static func with<Result: Sendable>(
    _ plane: SimulatedControlPlane, _ body: (OpenDoor) async throws -> Result
  ) async throws -> Result {
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "simulation-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let door = try await HTTPDoor.open(plane)
    let running = Task { try await door.run() }
    let open = OpenDoor(door: door, folder: folder)
    try door.kubeconfig.write(to: open.kubeconfig)
    do {
      let result = try await body(open)
      running.cancel()
      _ = await running.result
      try FileManager.default.removeItem(at: folder)
      return result
    } catch {
      running.cancel()
      _ = await running.result
      try FileManager.default.removeItem(at: folder)
      throw error
    }
  }

  func client() throws -> KubeClient {
    let config = try Kubeconfig.load(explicitPath: kubeconfig, environment: [:])
    return try KubeClient(try config.resolve(), version: "test", environment: [:])
  }
}

extension SimulatedControlPlane {
  static let start = Time(seconds: 1_795_348_800)

  /// An empty Karmada whose time stands still.
  static func empty(time: ManualTime = ManualTime(start)) -> SimulatedControlPlane {
    SimulatedControlPlane(
      fleet: Fleet(karmada: ObjectStore(registry: .karmada, seed: 1, now: start)), time: time)
  }

  /// Waits until that many watches are open; the test's own time limit ends a wait in vain.
  func waitForWatches(_ count: Int) async throws {
    while watchCount != count { try await Task.sleep(for: .milliseconds(2)) }
  }

  private static let quickstartFleet = Result { () throws -> Fleet in
    try Scenario.embedded("quickstart").fleet(now: start)
  }

  /// The quickstart fleet.
  static func quickstart() throws -> SimulatedControlPlane {
    SimulatedControlPlane(fleet: try quickstartFleet.get(), time: ManualTime(start))
  }
}

/// Requests as the tests write them.
enum Call {
  /// A test machine may be busy with everything else for a long while.
  private static let patience = Duration.seconds(600)

  static func json(_ value: JSONValue) -> [UInt8] { value.serialized() }

  static func post(_ path: String, _ object: JSONValue, query: String = "") -> APIRequest {
    APIRequest(
      .post, path, query: items(query), contentType: "application/json", body: object.serialized(),
      timeout: patience)
  }

  static func put(_ path: String, _ object: JSONValue, query: String = "") -> APIRequest {
    APIRequest(
      .put, path, query: items(query), contentType: "application/json", body: object.serialized(),
      timeout: patience)
  }

  static func patch(_ path: String, _ patch: JSONValue, type: String = "merge", query: String = "")
    -> APIRequest
  {
    APIRequest(
      .patch, path, query: items(query),
      contentType: type == "apply"
        ? "application/apply-patch+yaml"
        : "application/\(type == "strategic" ? "strategic-merge" : type)-patch+json",
      body: patch.serialized(), timeout: patience)
  }

  static func delete(_ path: String, _ options: JSONValue? = nil, query: String = "") -> APIRequest
  {
    APIRequest(
      .delete, path, query: items(query), contentType: "application/json",
      body: options?.serialized(), timeout: patience)
  }

  static func get(_ path: String, query: String = "", accept: String = "application/json")
    -> APIRequest
  {
    APIRequest(.get, path, query: items(query), accept: accept, timeout: patience)
  }

  private static func items(_ query: String) -> [APIRequest.QueryItem] {
    query.split(separator: "&").map { item in
      let pair = item.split(separator: "=", maxSplits: 1)
      return .init(String(pair[0]), pair.count > 1 ? String(pair[1]) : "")
    }
  }
}

extension ControlPlane {
  /// The answer's body as JSON.
  func value(_ request: APIRequest) async throws -> JSONValue {
    try JSONValue(parsing: try await send(request).body)
  }

  /// What the server refuses with; nil when it does not.
  func refusal(_ request: APIRequest) async throws -> APIError? {
    do {
      _ = try await send(request)
      return nil
    } catch let error as APIError {
      return error
    }
  }
}

/// Objects the tests use.
enum Sample {
  static func configMap(_ name: String, data: JSONValue = ["k": "v"], labels: JSONValue = [:])
    -> JSONValue
  {
    [
      "apiVersion": "v1", "kind": "ConfigMap",
      "metadata": ["name": .string(name), "labels": labels], "data": data,
    ]
  }

  static func policy(_ name: String, priority: Int = 0) -> JSONValue {
    [
      "apiVersion": "policy.karmada.io/v1alpha1", "kind": "PropagationPolicy",
      "metadata": ["name": .string(name)],
      "spec": ["priority": .int(Int64(priority)), "resourceSelectors": []],
    ]
  }

  static func deployment(_ name: String, image: String = "nginx") -> JSONValue {
    [
      "apiVersion": "apps/v1", "kind": "Deployment", "metadata": ["name": .string(name)],
      "spec": [
        "replicas": 2,
        "template": [
          "spec": [
            "containers": [
              ["name": "main", "image": .string(image)],
              ["name": "side", "image": "sidecar:1", "env": [["name": "A", "value": "1"]]],
            ]
          ]
        ],
      ],
    ]
  }
}
