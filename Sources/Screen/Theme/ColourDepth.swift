/// How many colours a terminal has.
public enum ColourDepth: String, CaseIterable, Comparable, Hashable, Sendable {
  /// None: bold, underline and reverse carry the meaning.
  case mono
  case color8
  case color16
  case color256
  case trueColor

  public static func < (one: ColourDepth, two: ColourDepth) -> Bool { one.rank < two.rank }

  private var rank: Int {
    switch self {
    case .mono: 0
    case .color8: 1
    case .color16: 2
    case .color256: 3
    case .trueColor: 4
    }
  }

  /// The indices a colour of a deeper palette may become. The first 16 are left out of 256: they
  /// are the user's own and may look like anything.
  private var candidates: ClosedRange<UInt8>? {
    switch self {
    case .mono, .trueColor: nil
    case .color8: 0...7
    case .color16: 0...15
    case .color256: 16...255
    }
  }

  /// The nearest colour of this depth, to the eye, among those that keep `contrast` with
  /// `background`; the most readable one when none does.
  func nearest(to colour: Colour, contrast: Double = 1, on background: Colour? = nil) -> Colour {
    guard let candidates, let wanted = colour.oklab else { return colour }
    if case .indexed(let index) = colour, index <= candidates.upperBound { return colour }
    var best: (colour: Colour, distance: Double)?
    var clearest: (colour: Colour, contrast: Double)?
    for index in candidates {
      let candidate = Colour.indexed(index)
      guard let lab = candidate.oklab else { continue }
      let reached = background.map { candidate.contrast(with: $0) } ?? 21
      if reached > clearest?.contrast ?? 0 { clearest = (candidate, reached) }
      guard reached >= contrast else { continue }
      let distance = self == .color256 ? lab.distance(to: wanted) : lab.hueDistance(to: wanted)
      if distance < best?.distance ?? .infinity { best = (candidate, distance) }
    }
    return best?.colour ?? clearest?.colour ?? colour
  }
}
