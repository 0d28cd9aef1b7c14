// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [.treatAllWarnings(as: .error)]

/// What the embedded Karmada, and rollbacks on it, spend their time in: without the optimizer
/// `swift run quarterdeck demo` takes seconds to start, and the tests' storms many minutes.
let quick: [SwiftSetting] = strict + [.unsafeFlags(["-O"], .when(configuration: .debug))]

/// A module of the house: Swift 6 mode, every warning an error.
func room(
  _ name: String, _ dependencies: [Target.Dependency] = [], resources: [Resource]? = nil,
  _ settings: [SwiftSetting] = strict
) -> Target {
  .target(
    name: name, dependencies: dependencies, resources: resources, swiftSettings: settings)
}

func tests(
  _ name: String, _ dependencies: [Target.Dependency], path: String? = nil
) -> Target {
  .testTarget(
    name: name, dependencies: dependencies + ["TestSupport"], path: path, swiftSettings: strict)
}

let argumentParser = Target.Dependency.product(
  name: "ArgumentParser", package: "swift-argument-parser")
let orderedCollections = Target.Dependency.product(
  name: "OrderedCollections", package: "swift-collections")
let heap = Target.Dependency.product(name: "HeapModule", package: "swift-collections")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")
let customDump = Target.Dependency.product(name: "CustomDump", package: "swift-custom-dump")
let nio: [Target.Dependency] = ["NIOCore", "NIOPosix", "NIOHTTP1"].map {
  .product(name: $0, package: "swift-nio")
}

/// Rooted at the top so that it can embed themes/, which stands there for users to find.
let screen = Target.target(
  name: "Screen", dependencies: ["Dashboard", "Manifest", yams], path: ".",
  sources: ["Sources/Screen"], resources: [.embedInCode("themes")], swiftSettings: strict)

let package = Package(
  name: "quarterdeck",
  platforms: [.macOS(.v15)],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/pointfreeco/swift-custom-dump", from: "1.7.3"),
    .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
  ],
  targets: [
    .systemLibrary(name: "CNcurses", providers: [.apt(["libncurses-dev"])]),
    .systemLibrary(
      name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),

    room("Manifest", [orderedCollections, yams], quick),
    room("Karmada", ["Manifest"], quick),
    room("ControlPlane", ["Manifest"], quick),
    room("Journal", ["Karmada", "Manifest", grdb], quick),
    room("KubeClient", ["CCurl", "ControlPlane", "Manifest", subprocess, logging]),
    room(
      "Simulation",
      ["ControlPlane", "Karmada", "Manifest", heap, orderedCollections, logging] + nio,
      resources: [.embedInCode("Scenarios")], quick),
    room("Dashboard", ["ControlPlane", "Karmada", "Manifest"]),
    room(
      "Session", ["ControlPlane", "Dashboard", "Journal", "Karmada", "Manifest", logging, yams],
      quick),
    screen,
    room("Terminal", ["CNcurses", "Dashboard", "Screen"]),
    .executableTarget(
      name: "quarterdeck",
      dependencies: [
        "ControlPlane", "Dashboard", "Journal", "Karmada", "KubeClient", "Manifest", "Screen",
        "Session", "Simulation", "Terminal", argumentParser, logging, subprocess,
      ],
      swiftSettings: strict,
      // Nothing is ever loaded into this program: no symbol needs to be found by name, and functions
      // of the same code can be one. 3 MB less of 83.
      linkerSettings: [
        .unsafeFlags(
          ["-Xlinker", "--no-export-dynamic", "-Xlinker", "--icf=safe"],
          .when(platforms: [.linux], configuration: .release))
      ]),

    .target(
      name: "TestSupport", dependencies: ["ControlPlane", "Manifest", customDump],
      path: "Tests/TestSupport", swiftSettings: strict),
    .target(
      name: "RollbackRehearsal",
      dependencies: [
        "ControlPlane", "Journal", "Karmada", "Manifest", "Session", "Simulation", "TestSupport",
        grdb, logging,
      ],
      path: "Tests/RollbackRehearsal", swiftSettings: quick),
    tests("ManifestTests", ["Manifest"]),
    tests("KarmadaTests", ["Karmada", "Manifest"]),
    tests("ControlPlaneTests", ["ControlPlane", "Manifest"]),
    tests("JournalTests", ["Journal", "Karmada", "Manifest", grdb]),
    tests("KubeClientTests", ["KubeClient", "ControlPlane", "Manifest"]),
    tests("SimulationTests", ["Simulation", "ControlPlane", "KubeClient", "Karmada", "Manifest"]),
    tests("DashboardTests", ["Dashboard", "ControlPlane", "Karmada", "Manifest", customDump]),
    tests(
      "SessionTests",
      [
        "Session", "Dashboard", "Journal", "Simulation", "ControlPlane", "Karmada", "Manifest",
        "RollbackRehearsal", grdb, logging,
      ]),
    tests(
      "ScreenTests",
      [
        "Screen", "Dashboard", "ControlPlane", "Journal", "Karmada", "Manifest", "Session",
        "Simulation", logging,
      ]),
    tests("TerminalTests", ["Terminal", "Screen", "Dashboard"]),
    tests("EndToEndTests", ["Manifest", subprocess]),
    .executableTarget(
      name: "Benchmarks",
      dependencies: [
        "ControlPlane", "Dashboard", "Karmada", "KubeClient", "Manifest", "RollbackRehearsal",
        "Screen", "Session", "Simulation",
      ],
      path: "Tests/Benchmarks", swiftSettings: strict),
  ],
  swiftLanguageModes: [.v6]
)

// What stands beside Screen under its root belongs to others.
screen.exclude =
  ["README.md", "Sources/README.md", "Tests"]
  + package.targets.filter { $0.path == nil && !$0.isTest }.map { "Sources/\($0.name)" }
