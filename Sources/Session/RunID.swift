import Karmada
import Manifest

enum RunID {
  /// "web-pp-20261122T114416Z-3f2a", for something done to a policy: sorts by time, and can be
  /// typed.
  static func make(of policy: PolicyReference, at time: Time) -> String {
    let stamp = time.rfc3339.filter { $0 != "-" && $0 != ":" }
    let tail = String(UInt16.random(in: .min ... .max), radix: 16)
    return "\(policy.key.name)-\(stamp)-\(String(repeating: "0", count: 4 - tail.count))\(tail)"
  }
}
