/// Kubernetes' rules for names and labels, each with the text the server gives.
enum NameValidation {
  private static let subdomainRule =
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or "
    + "'.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used "
    + "for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
  private static let labelRule =
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and "
    + "must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex "
    + "used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
  private static let labelValueRule =
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', "
    + "and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or "
    + "'12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"
  private static let qualifiedNameRule =
    "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end "
    + "with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for "
    + "validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"

  /// What is wrong with an object's name; nil when nothing is.
  static func problem(withName name: String, of type: ResourceType) -> String? {
    switch type.api.qualifiedName {
    case "namespaces": label(name, limit: 63)
    case "services": label(name, limit: 63)
    case let id where id.hasSuffix("rbac.authorization.k8s.io"): pathSegment(name)
    case "clusters.cluster.karmada.io": clusterName(name)
    default: subdomain(name)
    }
  }

  private static func subdomain(_ name: String) -> String? {
    if name.utf8.count > 253 { return "must be no more than 253 characters" }
    return name.split(separator: ".", omittingEmptySubsequences: false).allSatisfy(isLabel)
      ? nil : subdomainRule
  }

  private static func label(_ name: String, limit: Int) -> String? {
    if name.utf8.count > limit { return "must be no more than \(limit) characters" }
    return isLabel(name[...]) ? nil : labelRule
  }

  /// Karmada keeps cluster names short because they go into other names.
  private static func clusterName(_ name: String) -> String? {
    if name.utf8.count > 48 { return "must be no more than 48 characters" }
    return isLabel(name[...]) ? nil : labelRule
  }

  private static func pathSegment(_ name: String) -> String? {
    if name == "." || name == ".." { return "may not be '\(name)'" }
    if let bad = ["/", "%"].first(where: name.contains) { return "may not contain '\(bad)'" }
    return nil
  }

  private static func isLabel(_ text: Substring) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy { isLowerAlphanumeric($0) || $0 == UInt8(ascii: "-") }
      && text.utf8.first != UInt8(ascii: "-") && text.utf8.last != UInt8(ascii: "-")
  }

  private static func isLowerAlphanumeric(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
      || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  private static func isAlphanumeric(_ byte: UInt8) -> Bool {
    isLowerAlphanumeric(byte) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
  }

  private static func isWord(_ text: Substring) -> Bool {
    guard let first = text.utf8.first, let last = text.utf8.last else { return false }
    return isAlphanumeric(first) && isAlphanumeric(last)
      && text.utf8.allSatisfy { isAlphanumeric($0) || "-_.".utf8.contains($0) }
  }

  static func problem(withLabelKey key: String) -> String? {
    let parts = key.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count <= 2, let name = parts.last else {
      return "a qualified name must consist of alphanumeric characters with an optional DNS "
        + "subdomain prefix and '/'"
    }
    if parts.count == 2, subdomain(String(parts[0])) != nil {
      return "prefix part \(subdomainRule)"
    }
    if name.isEmpty { return "name part must be non-empty" }
    if name.utf8.count > 63 { return "name part must be no more than 63 characters" }
    return isWord(name) ? nil : qualifiedNameRule
  }

  static func problem(withLabelValue value: String) -> String? {
    if value.utf8.count > 63 { return "must be no more than 63 characters" }
    return value.isEmpty || isWord(value[...]) ? nil : labelValueRule
  }
}
