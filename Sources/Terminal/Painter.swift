import Dashboard
import CNcurses
import Screen

/// Puts runs of cells into a curses window, in the theme's colours.
struct Painter {
  private let window: UnsafeMutablePointer<WINDOW>
  private let isDirect: Bool
  private let isUTF8: Bool
  private let maximumPairs: Int32
  private var theme: ResolvedTheme
  private var looks: [Style: Look] = [:]
  private var pairs: [Colours: Int32] = [:]
  private var text: [UInt8] = []

  /// What curses wants to know of a style.
  private struct Look {
    var attributes: attr_t
    var pair: Int32
  }

  private struct Colours: Hashable {
    var foreground: Int32
    var background: Int32
  }

  init(
    window: UnsafeMutablePointer<WINDOW>, theme: ResolvedTheme, isDirect: Bool, isUTF8: Bool
  ) {
    self.window = window
    self.theme = theme
    self.isDirect = isDirect
    self.isUTF8 = isUTF8
    maximumPairs = min(cn_color_pairs(), 8_192)
  }

  mutating func use(_ theme: ResolvedTheme) {
    self.theme = theme
    looks = [:]
  }

  mutating func draw(_ runs: [Run]) {
    for run in runs {
      let look = look(of: run.style)
      text.removeAll(keepingCapacity: true)
      for cluster in run.clusters { append(cluster) }
      text.withUnsafeBytes { bytes in
        guard let start = bytes.bindMemory(to: CChar.self).baseAddress else { return }
        // At the last cell of the screen curses writes and then complains; there is no news in it.
        _ = cn_puts(
          window, Int32(run.y), Int32(run.x), start, Int32(bytes.count), look.attributes,
          look.pair)
      }
    }
  }

  /// Adds a cluster as curses can place it. curses knows widths of code points, not of emoji
  /// sequences, and a libc may not know new ones: then the picture is simplified, since a cell
  /// too many would push the rest of the row aside.
  private mutating func append(_ cluster: Character) {
    if let ascii = cluster.asciiValue, ascii >= 0x20, ascii < 0x7F {
      text.append(ascii)
      return
    }
    let columns = max(1, TextWidth.columns(of: cluster))
    let scalars = cluster.unicodeScalars
    guard isUTF8, let base = scalars.first else {
      text.append(contentsOf: repeatElement(UInt8(ascii: "?"), count: columns))
      return
    }
    let widths = scalars.map { cn_wcwidth($0.value) }
    if !widths.contains(where: { $0 < 0 }), widths.reduce(0, +) == Int32(columns),
      widths.count < Int(CCHARW_MAX)
    {
      text.append(contentsOf: String(cluster).utf8)
      return
    }
    let width = Int(widths[0])
    if width > 0, width <= columns {
      text.append(contentsOf: String(Character(base)).utf8)
      text.append(contentsOf: repeatElement(UInt8(ascii: " "), count: columns - width))
    } else {
      text.append(UInt8(ascii: "?"))
      text.append(contentsOf: repeatElement(UInt8(ascii: " "), count: columns - 1))
    }
  }

  private mutating func look(of style: Style) -> Look {
    if let known = looks[style] { return known }
    let cell = theme.style(for: style)
    var attributes: attr_t = 0
    for (attribute, bits) in Self.attributes where cell.attributes.contains(attribute) {
      attributes |= bits
    }
    let colours = Colours(foreground: number(cell.foreground), background: number(cell.background))
    var look = Look(attributes: attributes, pair: 0)
    if let pair = pair(of: colours) {
      look.pair = pair
    } else if colours.background >= 0 {
      look.attributes |= cn_A_REVERSE
    }
    looks[style] = look
    return look
  }

  /// Nil when the terminal has no pairs left.
  private mutating func pair(of colours: Colours) -> Int32? {
    if colours.foreground < 0, colours.background < 0 { return 0 }
    if let known = pairs[colours] { return known }
    let next = Int32(pairs.count) + 1
    guard next < maximumPairs,
      init_extended_pair(next, colours.foreground, colours.background) == OK
    else { return nil }
    pairs[colours] = next
    return next
  }

  private func number(_ colour: Colour) -> Int32 {
    switch colour {
    case .terminalDefault: return -1
    case .indexed(let index):
      guard isDirect, index > 7, let value = colour.direct else { return Int32(index) }
      return value
    case .rgb: return isDirect ? colour.direct ?? -1 : -1
    }
  }

  private static let attributes: [(Attributes, attr_t)] = [
    (.bold, cn_A_BOLD), (.dim, cn_A_DIM), (.italic, cn_A_ITALIC), (.underline, cn_A_UNDERLINE),
    (.reverse, cn_A_REVERSE),
  ]
}

extension Colour {
  /// The number a terminal with direct colours takes. The first eight mean the user's palette
  /// there, so what is as good as black becomes black.
  fileprivate var direct: Int32? {
    guard let components else { return nil }
    let value =
      Int32(components.red) << 16 | Int32(components.green) << 8 | Int32(components.blue)
    return value < 8 ? 0 : value
  }
}
