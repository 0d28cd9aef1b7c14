/// How Karmada 1.12 names what it makes (names.go): the same names here, so that people and
/// tests find them.
public enum KarmadaName {
  /// "web-deployment", the binding of Deployment web.
  public static func binding(kind: String, name: String) -> String {
    name.replacing(":", with: ".") + "-" + kind.lowercased()
  }

  /// "web-7b7cc5b9ff", the Work of Deployment default/web in every member's space.
  public static func work(kind: String, namespace: String, name: String) -> String {
    let name = name.replacing(":", with: ".").lowercased()
    let whole = (namespace.isEmpty ? "" : "\(namespace)-") + "\(name)-\(kind)"
    return "\(name)-\(hash(whole.lowercased()))"
  }

  /// FNV-1a in decimal digits, each digit as one of the letters Kubernetes deems safe in names.
  static func hash(_ text: String) -> String {
    var hash: UInt32 = 0x811C_9DC5
    for byte in text.utf8 { hash = (hash ^ UInt32(byte)) &* 0x0100_0193 }
    let letters = Array("bcdfghjklmnpqrstvwxz2456789")
    return String(String(hash).utf8.map { letters[Int($0) % letters.count] })
  }

  /// "karmada-es-member1", where a member's Works lie.
  public static func executionSpace(_ cluster: String) -> String { "karmada-es-\(cluster)" }
}
