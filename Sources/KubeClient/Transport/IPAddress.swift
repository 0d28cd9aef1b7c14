import Glibc

/// An IPv4 or IPv6 address as its bytes, in network order.
struct IPAddress: Hashable, Sendable {
  var bytes: [UInt8]

  init?(_ text: String) {
    var four = in_addr()
    var six = in6_addr()
    if inet_pton(AF_INET, text, &four) == 1 {
      bytes = withUnsafeBytes(of: four) { [UInt8]($0) }
    } else if inet_pton(AF_INET6, text, &six) == 1 {
      bytes = withUnsafeBytes(of: six) { [UInt8]($0) }
    } else {
      return nil
    }
  }

  var isLoopback: Bool {
    bytes.count == 4 ? bytes[0] == 127 : bytes.dropLast().allSatisfy { $0 == 0 } && bytes.last == 1
  }
}

/// A block of addresses in CIDR notation: "10.0.0.0/8".
struct IPBlock: Hashable, Sendable {
  var address: IPAddress
  var prefixLength: Int

  init?(_ text: String) {
    guard let slash = text.firstIndex(of: "/"), let address = IPAddress(String(text[..<slash])),
      let length = Int(text[text.index(after: slash)...]),
      (0...address.bytes.count * 8).contains(length)
    else { return nil }
    self.address = address
    prefixLength = length
  }

  func contains(_ other: IPAddress) -> Bool {
    guard other.bytes.count == address.bytes.count else { return false }
    return (0..<prefixLength).allSatisfy { bit in
      (address.bytes[bit / 8] ^ other.bytes[bit / 8]) & (0x80 >> UInt8(bit % 8)) == 0
    }
  }
}
