import Manifest

/// What a server's certificate says about itself.
struct PeerCertificate: Hashable, Sendable {
  var subject = ""
  var issuer = ""
  /// OpenSSL's date: "Nov 22 17:04:52 2026 GMT".
  var notBefore = ""
  var notAfter = ""
  /// "api.corp", "10.0.0.1".
  var names: [String] = []

  /// From libcurl's lines "Name:value".
  init(fields: [String]) {
    for field in fields {
      let name = field.prefix { $0 != ":" }
      let value = String(field[name.endIndex...].dropFirst())
      switch name {
      case "Subject": subject = Self.tidy(value)
      case "Issuer": issuer = Self.tidy(value)
      case "Start date": notBefore = value
      case "Expire date": notAfter = value
      case "X509v3 Subject Alternative Name": names = Self.alternatives(value)
      default: break
      }
    }
  }

  /// "CN = api, O = corp" as "CN=api, O=corp", without what a terminal might obey.
  private static func tidy(_ name: String) -> String {
    var out = ""
    for scalar in name.unicodeScalars where scalar.value >= 0x20 && scalar.value != 0x7f {
      out.unicodeScalars.append(scalar)
    }
    return out.split(separator: " = ", omittingEmptySubsequences: false).joined(separator: "=")
  }

  private static func alternatives(_ list: String) -> [String] {
    list.split(separator: ",").map { entry in
      let entry = entry.drop { $0 == " " }
      for prefix in ["DNS:", "IP Address:"] where entry.hasPrefix(prefix) {
        return tidy(String(entry.dropFirst(prefix.count)))
      }
      return tidy(String(entry))
    }
  }

  /// The moment of an OpenSSL date, "Nov 22 17:04:52 2026 GMT"; nil when it is not understood, or
  /// too far away for `Time`.
  static func moment(_ date: String) -> Time? {
    let months = [
      "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
    let words = date.split(separator: " ")
    guard words.count >= 4, let month = months.firstIndex(of: String(words[0])),
      let day = Int(words[1])
    else { return nil }
    let (monthText, dayText) = (twoDigits(month + 1), twoDigits(day))
    return Time(rfc3339: "\(words[3])-\(monthText)-\(dayText)T\(words[2])Z")
  }

  private static func twoDigits(_ number: Int) -> String {
    number < 10 ? "0\(number)" : "\(number)"
  }
}
