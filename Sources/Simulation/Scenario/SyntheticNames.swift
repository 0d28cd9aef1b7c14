import Manifest

/// What differs between one object of a synthetic fleet and the next: names and ids, all of them
/// made of a number, so that they need not be kept.
struct SyntheticNames {
  /// Stands in the prototypes for what differs.
  enum Token: Int, CaseIterable {
    case name, namespace, first, second, workName
    case uid, templateUID, bindingID, workID, policyID, policyUID
    case version
    var text: String {
      switch self {
      case .name: "zqname"
      case .namespace: "zqspace"
      case .first: "zqfirst"
      case .second: "zqsecond"
      case .workName: "zqwork"
      case .uid: "zquid"
      case .templateUID: "zqtemplate"
      case .bindingID: "zqbinding"
      case .workID: "zqmanifest"
      case .policyID: "zqpolicy"
      case .policyUID: "zqrule"
      case .version: "zqversion"
      }
    }
    static let texts = allCases.map(\.text)
  }

  let name: String
  let namespace: String
  let targets: [String]
  /// Which prototype it is made of.
  let sort: Int
  private let templateUID: String
  private let bindingUID: String
  private let bindingID: String
  private let policyID: String
  private let policyUID: String
  private var random: SeededRandom

  /// Of a binding.
  init(of fleet: SyntheticFleet, number: Int, seed: UInt64) {
    self.init(of: fleet, number: number, place: fleet.place(of: number), seed: seed)
  }

  /// Of a namespace's policy.
  init(of fleet: SyntheticFleet, place: Int, seed: UInt64) {
    self.init(of: fleet, number: 0, place: place, seed: seed)
  }

  private init(of fleet: SyntheticFleet, number: Int, place: Int, seed: UInt64) {
    name = SyntheticFleet.name(number)
    namespace = fleet.namespace(place)
    targets = fleet.targets(place)
    var policy = SeededRandom(seed: (seed &+ 1) &* 0x9E37_79B9 &+ UInt64(place))
    policyID = policy.uuid()
    policyUID = policy.uuid()
    random = SeededRandom(seed: (seed &+ 2) &* 0x9E37_79B9_7F4A_7C15 &+ UInt64(number))
    // Of a hundred one is stranded and two are unhealthy; a quarter are ConfigMaps.
    let dice = random.next() % 100
    sort = dice == 0 ? 0 : dice < 3 ? 1 : dice < 28 ? 2 : 3
    templateUID = random.uuid()
    bindingUID = random.uuid()
    bindingID = Self.id(random.uuid(), telling: number)
  }

  // MARK: Ids that tell the number

  private static let digits = 12

  /// A uuid whose last group is the number.
  private static func id(_ uuid: String, telling number: Int) -> String {
    let text = String(number, radix: 16)
    return uuid.dropLast(digits) + String(repeating: "0", count: max(0, digits - text.count)) + text
  }

  /// The number of the binding that a permanent-id belongs to; nil when it is none of ours.
  static func number(ofID id: some StringProtocol) -> Int? {
    guard id.utf8.count == 36, let number = Int(id.suffix(digits), radix: 16) else { return nil }
    return number
  }

  // MARK: Names

  var kind: String { SyntheticPrototype.kinds[sort] }

  var binding: String { KarmadaName.binding(kind: kind, name: name) }

  var labels: [String: String] { ["resourcebinding.karmada.io/permanent-id": bindingID] }

  var workName: String { KarmadaName.work(kind: kind, namespace: namespace, name: name) }

  // MARK: Texts

  private func values(uid: String, workID: String, version: Int64) -> [[UInt8]] {
    Token.allCases.map { token in
      let text =
        switch token {
        case .name: name
        case .namespace: namespace
        case .first: targets[0]
        case .second: targets[1]
        case .workName: workID.isEmpty ? "" : workName
        case .uid: uid
        case .templateUID: templateUID
        case .bindingID: bindingID
        case .workID: workID
        case .policyID: policyID
        case .policyUID: policyUID
        case .version: String(version)
        }
      return Array(text.utf8)
    }
  }

  /// The binding's text.
  func text(_ template: TextTemplate, version: Int64) -> [UInt8] {
    template.filled(values(uid: bindingUID, workID: "", version: version))
  }

  /// Another object that belongs to the binding.
  ///
  /// - Parameter target: for a Work and what it carries, which of the two clusters it is for.
  func filled(_ template: TextTemplate, target: Int? = nil, isCopy: Bool = false) -> JSONValue {
    var random = random
    var ids: [(work: String, uid: String, copy: String)] = []
    for _ in targets { ids.append((random.uuid(), random.uuid(), random.uuid())) }
    let id = ids[target ?? 0]
    let text = template.filled(
      values(uid: isCopy ? id.copy : id.uid, workID: id.work, version: 1))
    // What was written by ourselves can be read.
    do { return try JSONValue(parsing: text) } catch { return .null }
  }
}
