import GRDB
import Manifest

/// A stored value that this program cannot have written.
struct UnreadableColumn: Error, CustomStringConvertible {
  var column: String
  var description: String { "column \(column) holds what no Quarterdeck writes" }
}

extension Row {
  /// A moment, kept as nanoseconds since 1970.
  func time(_ column: String) -> Time? {
    (self[column] as Int64?).map { Time(nanoseconds: $0) }
  }

  func json(_ column: String) throws -> JSONValue {
    do throws(JSONScanner.Failure) {
      return try JSONValue(parsing: self[column] as String)
    } catch {
      throw UnreadableColumn(column: column)
    }
  }
}
