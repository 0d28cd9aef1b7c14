import Foundation

/// A colour by lightness and two opponent axes: distances here are about what the eye sees.
struct OKLab: Hashable {
  var lightness: Double
  var a: Double
  var b: Double

  /// `red`, `green` and `blue` are linear light, 0…1.
  init(red: Double, green: Double, blue: Double) {
    let long = cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    let medium = cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    let short = cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    lightness = 0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short
    a = 1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short
  }

  /// The square of the distance, enough to compare.
  func distance(to other: OKLab) -> Double {
    let lightness = self.lightness - other.lightness
    let a = self.a - other.a
    let b = self.b - other.b
    return lightness * lightness + a * a + b * b
  }

  /// For palettes too small to be near anything: a green stays green however pale it is, and a
  /// grey stays grey.
  func hueDistance(to other: OKLab) -> Double {
    let lightness = (self.lightness - other.lightness) / 4
    let one = hue
    let two = other.hue
    return lightness * lightness + (one.a - two.a) * (one.a - two.a)
      + (one.b - two.b) * (one.b - two.b)
  }

  /// A unit vector, or none for what the eye takes for grey.
  private var hue: (a: Double, b: Double) {
    let chroma = (a * a + b * b).squareRoot()
    return chroma < 0.04 ? (0, 0) : (a / chroma, b / chroma)
  }
}

extension Colour {
  var oklab: OKLab? {
    guard let linear else { return nil }
    return OKLab(red: linear.0, green: linear.1, blue: linear.2)
  }

  /// sRGB's components as linear light, 0…1.
  var linear: (Double, Double, Double)? {
    guard let components else { return nil }
    return (
      Self.linearLight[Int(components.red)], Self.linearLight[Int(components.green)],
      Self.linearLight[Int(components.blue)]
    )
  }

  private static let linearLight: [Double] = (0...255).map { value in
    let share = Double(value) / 255
    return share <= 0.04045 ? share / 12.92 : pow((share + 0.055) / 1.055, 2.4)
  }

  /// A step of the way (0…1) to white or black, in sRGB's own scale.
  func mixed(with other: Colour, share: Double) -> Colour {
    guard let one = components, let two = other.components else { return self }
    func mix(_ from: UInt8, _ to: UInt8) -> UInt8 {
      let share = min(max(share, 0), 1)
      return UInt8(min(max(Double(from) + (Double(to) - Double(from)) * share, 0), 255).rounded())
    }
    return .rgb(
      red: mix(one.red, two.red), green: mix(one.green, two.green), blue: mix(one.blue, two.blue))
  }
}
