import ControlPlane
import Karmada
import Manifest
import Testing

@testable import Dashboard

@Suite struct NavigationTests {
  private static var fleet: AppState {
    .loaded(
      clusters: [Sample.cluster("member1"), Sample.cluster("member2", ready: .false)],
      bindings: [
        Sample.binding("shop/web", on: ["member1"], policy: "shop/web"),
        Sample.binding("shop/db", on: ["member2"], policy: "shop/db"),
        Sample.binding("shop/lost", on: []),
      ],
      policies: [Sample.policy("shop/web"), Sample.policy("shop/db")],
      overrides: [Sample.override("shop/images")],
      events: [
        Sample.event("shop/e1", on: "Deployment", "shop/web", after: 3),
        Sample.event("e2", on: "Cluster", "member2", after: 2),
        Sample.event("karmada-es-member1/e3", on: "Work", "karmada-es-member1/web-1", after: 1),
        Sample.event("shop/e4", on: "PropagationPolicy", "shop/db"),
        Sample.event("shop/e5", on: "ResourceBinding", "shop/db", after: -1),
      ])
  }

  @Test func panesOpenByNumberAndInTurn() throws {
    var story = Story(Self.fleet)
    try story.press("2") { $0.pane = .bindings }
    try story.press("3") { $0.pane = .failovers }
    try story.press("5") { $0.pane = .rollbacks }
    try story.press("6") { $0.pane = .policies }
    try story.press("8") { $0.pane = .events }
    try story.press("1") { $0.pane = .clusters }
    try story.press("Tab") { $0.pane = .bindings }
    try story.press("Tab Tab Tab Tab") {
      $0.pane = .policies
      // Passing by, the Overrides pane has made its list and begun to look at its first row.
      $0.lists[.overrides]?.rows = ["shop/db", "shop/lost", "shop/web", "shop/images"]
      $0.lists[.overrides]?.all = 4
      $0.lists[.overrides]?.selected = "shop/db"
      $0.look = Visible.Look(object: "shop/db")
      $0.effects = [.readOverrides(token: 2, Sample.question("shop/db", ["member1", "member2"]))]
    }
    try story.press("Tab Tab") { $0.pane = .clusters }
    try story.press("shift-Tab") { $0.pane = .events }
  }

  @Test func theMostUrgentRowIsSelectedUntilSomebodyMoves() throws {
    var story = Story(Self.fleet)
    #expect(story.seen.list.rows == ["member2", "member1"])
    #expect(story.seen.list.selected == "member2")
    let recovered = FeedUpdate.objects(.clusters([Sample.cluster("member2")]))
    story.step(.feed(.clusters, recovered)) {
      $0.list.rows = ["member1", "member2"]
      $0.list.selected = "member1"
    }
    try story.press("j") { $0.list.selected = "member2" }
    let broken = FeedUpdate.objects(.clusters([Sample.cluster("member2", ready: .false)]))
    story.step(.feed(.clusters, broken)) { $0.list.rows = ["member2", "member1"] }
    try story.press("G") { $0.list.selected = "member1" }
    try story.press("g") { $0.list.selected = "member2" }
    try story.press("PgDn") { $0.list.selected = "member1" }
    try story.press("ctrl-u") { $0.list.selected = "member2" }
    try story.press("k k")
  }

  @Test func aRowThatVanishesLeavesTheCursorWhereItStood() throws {
    var story = Story(Self.fleet)
    try story.press("2 j") {
      $0.pane = .bindings
      $0.list.selected = "shop/db"
    }
    story.step(.feed(.resourceBindings, .removed([Sample.key("shop/db")]))) {
      $0.bindings = 2
      $0.list.rows = ["shop/lost", "shop/web"]
      $0.list.all = 2
      $0.list.selected = "shop/web"
    }
  }

  @Test func enterGoesIntoAClustersBindingsAndEscComesBack() throws {
    var story = Story(Self.fleet)
    try story.press("j") { $0.list.selected = "member1" }
    try story.press("Enter") {
      $0.trail = [.clusters]
      $0.pane = .bindings
      $0.list.filter = "cluster:member1"
      $0.list.rows = ["shop/web"]
      $0.list.selected = "shop/web"
    }
    try story.press("Esc") {
      $0.list.filter = ""
      $0.list.rows = ["shop/lost", "shop/db", "shop/web"]
      $0.list.selected = "shop/lost"
      $0.trail = []
      $0.pane = .clusters
    }
    try story.press("Esc")
  }

  @Test func theFilterThatAPaneHadComesBackToo() throws {
    var story = Story(Self.fleet)
    story.step(.input(.key(.character("2")))) { $0.pane = .bindings }
    try story.press("/ d b Enter") {
      $0.list.filter = "db"
      $0.list.rows = ["shop/db"]
      $0.list.selected = "shop/db"
    }
    try story.press("6") { $0.pane = .policies }
    try story.press("j Enter") {
      $0.list.selected = "shop/web"
      $0.trail = [.policies]
      $0.pane = .bindings
      $0.list.filter = "policy:shop/web"
      $0.list.rows = ["shop/web"]
      $0.list.selected = "shop/web"
    }
    try story.press("Esc") {
      $0.list.filter = "db"
      $0.list.rows = ["shop/db"]
      $0.list.selected = "shop/db"
      $0.trail = []
      $0.pane = .policies
    }
  }

  @Test func choosingAPaneForgetsTheWayBack() throws {
    var story = Story(Self.fleet)
    try story.press("Enter 8") {
      $0.pane = .bindings
      $0.list.filter = "cluster:member2"
      $0.list.rows = ["shop/db"]
      $0.list.selected = "shop/db"
      $0.pane = .events
    }
    try story.press("Esc")
    try story.press("2 Esc") {
      $0.pane = .bindings
      $0.list.filter = ""
      $0.list.rows = ["shop/lost", "shop/db", "shop/web"]
      $0.list.selected = "shop/lost"
    }
  }

  @Test func anOverridePolicyIsDescribedInstead() throws {
    var story = Story(Self.fleet)
    try story.press("6 G") {
      $0.pane = .policies
      $0.list.selected = "shop/images"
    }
    let key = RowKey(.overridePolicies, Sample.key("shop/images"))
    try story.press("Enter") {
      $0.layers = [
        .page(
          Visible.Page(
            kind: .describe, title: "OverridePolicy shop/images",
            lines: ["reading it from the server …"], wraps: true))
      ]
      $0.effects = [.fetchRow(token: 2, key)]
    }
  }

  @Test(arguments: [
    (0, PaneID.bindings, "ns:shop kind:Deployment name:web", ["shop/web"]),
    (1, .clusters, "name:member2", ["member2"]),
    (3, .policies, "kind:PropagationPolicy name:db", ["shop/db"]),
    (4, .bindings, "ns:shop name:db", ["shop/db"]),
  ])
  func anEventLeadsToItsObject(
    row: Int, pane: PaneID, filter: String, rows: [String]
  ) throws {
    var state = Self.fleet
    try state.press("8")
    for _ in 0..<row { try state.press("j") }
    try state.press("Enter")
    #expect(state.pane == pane)
    #expect(state.filterText(of: pane) == filter)
    #expect(Visible(state, effects: []).list.rows == rows)
    try state.press("Esc")
    #expect(state.pane == .events)
    #expect(state.filterText(of: pane) == "")
  }

  @Test func anEventOfAWorkShowsTheWork() throws {
    var story = Story(Self.fleet)
    let reference = Self.fleet.events.table.rows.first { $0.event.involvedObject.kind == "Work" }?
      .event.involvedObject
    let work = try #require(reference)
    try story.press("8 j j") {
      $0.pane = .events
      $0.list.selected = "karmada-es-member1/e3"
    }
    try story.press("Enter") {
      $0.layers = [
        .page(
          Visible.Page(
            kind: .yaml, title: "Work karmada-es-member1/web-1",
            lines: ["reading it from the server …"]))
      ]
      $0.effects = [.fetchObject(token: 2, work)]
    }
  }

  // MARK: What cannot be done

  @Test(arguments: [
    ("Enter", "there is no row here"), ("d", "there is no row here"), ("y", "there is no row here"),
    ("Space", "there is no row here"), ("T", "only a binding or an event names a template"),
    ("c", "there is nothing to copy"), ("U", "nothing is marked"),
    ("x", "x does nothing here; ? shows what does"),
    ("F9", "F9 does nothing here; ? shows what does"),
    ("w", "w does nothing here; ? shows what does"),
    (": s e e k Space 5 Enter", "only a replay can be moved in time"),
    (": s p e e d Space 0 Enter", "only a replay or a demo has a speed"),
  ])
  func saysWhyNotNow(keys: String, reason: String) throws {
    var state = AppState.loaded()
    #expect(try state.press(keys) == [])
    #expect(state.message == StatusMessage(.info, reason))
    #expect(state.overlays.isEmpty)
  }

  @Test func aMessageLastsUntilTheNextKey() throws {
    var story = Story(.loaded())
    try story.press("x") {
      $0.message = StatusMessage(.info, "x does nothing here; ? shows what does")
    }
    story.step(.tick(Sample.start + .seconds(3))) { $0.now = Sample.start + .seconds(3) }
    try story.press("k") { $0.message = nil }
  }

  @Test func quitLeavesPagesFirst() throws {
    var story = Story(Self.fleet)
    try story.press("?") { $0.layers = [.page(Visible.Page(kind: .help))] }
    try story.press("q") { $0.layers = [] }
    try story.press("q") { $0.effects = [.quit] }
    try story.press("ctrl-c") { $0.effects = [.quit] }
    story.step(.input(.hangUp(signal: "SIGTERM"))) { $0.effects = [.quit] }
  }

  @Test func theTerminalsOwnBusinessIsPassedOn() throws {
    var story = Story(Self.fleet)
    try story.press("ctrl-z") { $0.effects = [.suspend] }
    story.step(.input(.resumed)) { $0.effects = [.repaint] }
    try story.press("ctrl-l") { $0.effects = [.repaint] }
    try story.press("m") { $0.effects = [.setMouse(true)] }
    story.step(.mouseChanged(true)) {
      $0.options.isMouseOn = true
      $0.message = StatusMessage(.info, "mouse on: click chooses, wheel scrolls")
    }
    try story.press("r") {
      $0.message = StatusMessage(.info, "reading clusters again")
      $0.effects = [.refresh([.clusters])]
    }
    try story.press("2 F5") {
      $0.pane = .bindings
      $0.message = StatusMessage(.info, "reading bindings again")
      $0.effects = [.refresh([.resourceBindings, .clusterResourceBindings])]
    }
    try story.press("c") {
      $0.message = StatusMessage(.info, "copied shop/lost")
      $0.effects = [.copy("shop/lost")]
    }
    story.step(.serverVersion("v1.31.3")) { $0.serverVersion = "v1.31.3" }
    story.step(.notice(StatusMessage(.error, "no disk"))) {
      $0.message = StatusMessage(.error, "no disk")
    }
  }
}
