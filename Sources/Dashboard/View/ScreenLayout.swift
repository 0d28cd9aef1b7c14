/// A rectangle of cells.
public struct Frame: Hashable, Sendable {
  public var x: Int
  public var y: Int
  public var width: Int
  public var height: Int
  public init(x: Int = 0, y: Int = 0, width: Int = 0, height: Int = 0) {
    self.x = x
    self.y = y
    self.width = max(0, width)
    self.height = max(0, height)
  }
  public var isEmpty: Bool { width == 0 || height == 0 }

  /// What is inside a border one cell wide.
  public var inside: Frame {
    Frame(x: x + 1, y: y + 1, width: width - 2, height: height - 2)
  }
}

/// Which part of the screen is what, for any size from 1×1 up. The list is the last to go.
public struct ScreenLayout: Hashable, Sendable {
  public var header: Frame?
  public var tabs: Frame?
  public var footer: Frame?
  public var body: Frame
  public var list: Frame
  /// nil where there is no room beside or below the list.
  public var detail: Frame?
  /// Under 8 rows or 24 columns borders cost more than they tell.
  public var hasBorders: Bool

  /// From here on the detail stands beside the list, below this under it.
  public static let wideWidth = 110

  /// - Parameter favouringDetail: what stands beside the list is what the pane is about.
  public init(_ size: Size, favouringDetail: Bool = false) {
    var top = 0
    var rows = size.height
    if rows >= 3 {
      header = Frame(y: 0, width: size.width, height: 1)
      top += 1
      rows -= 1
    }
    if rows >= 5 {
      tabs = Frame(y: top, width: size.width, height: 1)
      top += 1
      rows -= 1
    }
    if rows >= 2 {
      rows -= 1
      footer = Frame(y: top + rows, width: size.width, height: 1)
    }
    body = Frame(y: top, width: size.width, height: rows)
    hasBorders = rows >= 6 && size.width >= 24
    list = body
    if size.width >= Self.wideWidth, rows >= 5 {
      let left = size.width * (favouringDetail ? 2 : 3) / 5
      list = Frame(y: top, width: left, height: rows)
      detail = Frame(x: left, y: top, width: size.width - left, height: rows)
    } else if rows >= 14, size.width >= 40 {
      let below = max(7, rows * (favouringDetail ? 3 : 2) / 5)
      list = Frame(y: top, width: size.width, height: rows - below)
      detail = Frame(y: top + rows - below, width: size.width, height: below)
    }
  }

  /// Rows of the list proper: without borders and column headers.
  public var listHeight: Int { max(1, (hasBorders ? list.inside : list).height - 1) }

  /// Where the first row of the list is drawn.
  public var listTop: Int { (hasBorders ? list.inside : list).y + 1 }

  /// A form and what stands beside it, or below it where there is no room; a low screen has the
  /// form alone.
  public var form: (list: Frame, detail: Frame?) {
    if body.width >= Self.wideWidth, body.height >= 5 {
      let left = body.width / 2
      return (
        Frame(x: body.x, y: body.y, width: left, height: body.height),
        Frame(x: body.x + left, y: body.y, width: body.width - left, height: body.height)
      )
    }
    guard body.height >= 14, body.width >= 40 else { return (body, nil) }
    let below = max(7, body.height * 9 / 20)
    return (
      Frame(x: body.x, y: body.y, width: body.width, height: body.height - below),
      Frame(x: body.x, y: body.y + body.height - below, width: body.width, height: below)
    )
  }

  /// Rows of a form.
  public var formHeight: Int { max(1, (hasBorders ? form.list.inside : form.list).height) }

  /// Lines of a text view over the whole body.
  public var textHeight: Int { max(1, (hasBorders ? body.inside : body).height) }
  /// Columns of it, without the margin and the scrollbar.
  public var textWidth: Int { max(1, (hasBorders ? body.inside : body).width - 2) }
}
