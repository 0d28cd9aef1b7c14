/// A colour as a theme writes it or a terminal takes it.
public enum Colour: Hashable, Sendable {
  /// What the terminal has without being asked.
  case terminalDefault
  /// 0…7 and their bright forms 8…15 are the user's own palette, 16…255 xterm's cube and greys.
  case indexed(UInt8)
  case rgb(red: UInt8, green: UInt8, blue: UInt8)

  /// Reads `default`, one of the 16 ANSI names, an index 0…255 or `#rrggbb`.
  public init?(name: String) {
    if name == "default" {
      self = .terminalDefault
    } else if let index = Self.names.firstIndex(of: name) {
      self = .indexed(UInt8(index))
    } else if let index = UInt8(name) {
      self = .indexed(index)
    } else if name.count == 7, name.hasPrefix("#"), let value = UInt32(name.dropFirst(), radix: 16),
      name.dropFirst().allSatisfy(\.isHexDigit)
    {
      self = .rgb(
        red: UInt8(value >> 16 & 0xFF), green: UInt8(value >> 8 & 0xFF), blue: UInt8(value & 0xFF))
    } else {
      return nil
    }
  }

  /// The ANSI colours in the order of their indices.
  static let names = [
    "black", "red", "green", "yellow", "blue", "magenta", "cyan", "white", "bright-black",
    "bright-red", "bright-green", "bright-yellow", "bright-blue", "bright-magenta",
    "bright-cyan", "bright-white",
  ]
}

extension Colour {
  /// What the colour looks like; for the user's own palette what xterm makes of it.
  /// Nil for the terminal's default.
  public var components: (red: UInt8, green: UInt8, blue: UInt8)? {
    switch self {
    case .terminalDefault: return nil
    case .rgb(let red, let green, let blue): return (red, green, blue)
    case .indexed(let index):
      if index < 16 { return Self.ansi[Int(index)] }
      if index >= 232 {
        let grey = UInt8(8 + 10 * (Int(index) - 232))
        return (grey, grey, grey)
      }
      let cube = Int(index) - 16
      return (Self.level(cube / 36), Self.level(cube / 6 % 6), Self.level(cube % 6))
    }
  }

  private static func level(_ step: Int) -> UInt8 { step == 0 ? 0 : UInt8(55 + 40 * step) }

  private static let ansi: [(UInt8, UInt8, UInt8)] = [
    (0, 0, 0), (205, 0, 0), (0, 205, 0), (205, 205, 0), (0, 0, 238), (205, 0, 205), (0, 205, 205),
    (229, 229, 229), (127, 127, 127), (255, 0, 0), (0, 255, 0), (255, 255, 0), (92, 92, 255),
    (255, 0, 255), (0, 255, 255), (255, 255, 255),
  ]

  /// WCAG's relative luminance, 0…1; the default colour has none of its own.
  var luminance: Double? {
    guard let linear else { return nil }
    return 0.2126 * linear.0 + 0.7152 * linear.1 + 0.0722 * linear.2
  }

  /// WCAG's contrast ratio, 1…21; 1 when either is the terminal's default.
  public func contrast(with other: Colour) -> Double {
    guard let one = luminance, let two = other.luminance else { return 1 }
    return (max(one, two) + 0.05) / (min(one, two) + 0.05)
  }
}
