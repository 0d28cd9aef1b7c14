import Dashboard
import Session
import Simulation

extension Session.DemoControl {
  /// The hands on an embedded Karmada.
  init(_ plane: SimulatedControlPlane, title: String, hints: [String]) {
    self.init(
      status: {
        DemoStatus(
          title: title, hints: hints,
          faults: FaultLine.words.map {
            DemoStatus.Fault(name: $0.name, arguments: $0.arguments, help: $0.help)
          },
          members: plane.memberNames,
          active: plane.faults.map { "\($0.id)  \($0.fault)" },
          speed: (plane.time as? WallTime)?.speed ?? 1)
      },
      fault: { line in
        do throws(FaultLine.Failure) {
          return StatusMessage(.info, try plane.perform(try FaultLine(parsing: line)))
        } catch {
          return StatusMessage(.error, error.description)
        }
      },
      setSpeed: { (plane.time as? WallTime)?.speed = min(max(0, $0), 1000) })
  }
}
