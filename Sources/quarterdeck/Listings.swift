import ArgumentParser
import Dashboard
import Foundation
import Screen
import Session

/// The key table, from the same records that drive the screen.
struct Keys: AsyncParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Lists the keys.")

  func run() async throws {
    try await Failure.reporting {
      let keymap = try ScreenOptions.parse([]).setup().keymap
      let rows = Command.table.compactMap { command -> [String]? in
        let keys = keymap.keys(of: command.id)
        guard !keys.isEmpty else { return nil }
        let places = command.contexts.map(\.rawValue).sorted().joined(separator: " ")
        return [keys.map(\.name).joined(separator: " "), command.title, places, command.help]
      }
      Listing.print([["KEY", "COMMAND", "WHERE", "WHAT IT DOES"]] + rows)
    }
  }
}

struct Commands: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Lists the commands of the : prompt and of the configuration's keys.")

  func run() async throws {
    let rows = Command.table.map { command in
      let hint = command.argument.hint.map { " \($0)" } ?? ""
      return ["\(command.id.rawValue)\(hint)", command.writes ? "yes" : "no", command.help]
    }
    Listing.print([["COMMAND", "WRITES", "WHAT IT DOES"]] + rows)
  }
}

struct Themes: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Lists the themes and checks each of them.")

  func run() async throws {
    try await Failure.reporting {
      let catalog = ThemeCatalog(user: try Paths.userThemes())
      var isAnyBroken = false
      var rows = [["THEME", "FROM", "STATE"]]
      for name in catalog.names {
        let origin = catalog.isBuiltIn(name) ? "built in" : Paths.themes
        do {
          _ = try catalog.theme(named: name)
          rows.append([name, origin, "ok"])
        } catch {
          isAnyBroken = true
          rows.append([name, origin, "\(error)"])
        }
      }
      Listing.print(rows)
      if isAnyBroken { throw ExitCode(Failure.Code.failed.rawValue) }
    }
  }
}

/// Columns aligned with spaces.
enum Listing {
  static func print(_ rows: [[String]]) {
    let count = rows.map(\.count).max() ?? 0
    let widths = (0..<count).map { i in rows.map { i < $0.count ? $0[i].count : 0 }.max() ?? 0 }
    let lines = rows.map { row in
      row.enumerated().map { i, cell in
        i == row.count - 1
          ? cell : cell.padding(toLength: widths[i] + 2, withPad: " ", startingAt: 0)
      }.joined()
    }
    Output.write(Array(lines.joined(separator: "\n").utf8) + [0x0A])
  }
}
