import Foundation
import Manifest
import TestSupport
import Testing

/// The reader against Foundation's on mutations of real documents.
///
/// Where the two differ on purpose: Foundation also takes UTF-16 and UTF-32, a byte order mark, a
/// comma before a closing bracket, and deeper nesting; and it refuses a surrogate without its other
/// half (which Go reads as U+FFFD), numbers that no double can hold (which are kept as text here)
/// and numbers too small for one (which are 0).
@Suite struct JSONFuzzTests {
  static let names = ["bindings", "clusters", "events", "works", "rebalancer", "override-policies"]

  @Test(arguments: names, 0..<4)
  func agreesWithFoundation(name: String, seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed &+ UInt64(name.utf8.count) &* 1000)
    let whole = try Fixture.bytes("karmada/\(name).json")
    let value = try JSONValue(parsing: whole)
    var (accepted, refused) = (0, 0)
    for _ in 0..<120 {
      var bytes = piece(of: value, &generator)
      mutate(&bytes, &generator)
      let foundation = FoundationAnswer(bytes)
      do {
        let ours = try JSONValue(parsing: bytes)
        accepted += 1
        guard case .value(let theirs) = foundation else {
          #expect(isOnPurpose(ours), "we alone accept \(String(decoding: bytes, as: UTF8.self))")
          continue
        }
        #expect(matches(ours, theirs), "\(String(decoding: bytes, as: UTF8.self))")
        #expect(try JSONValue(parsing: ours.serialized()) == ours)
        #expect(try JSONValue(parsing: ours.serialized(pretty: true, sortedKeys: true)) == ours)
      } catch {
        refused += 1
        if case .value = foundation, !isForeign(bytes, error) {
          Issue.record("we alone refuse \(String(decoding: bytes, as: UTF8.self)): \(error)")
        }
        #expect(failure(error, isWithin: bytes))
      }
    }
    #expect(accepted > 20 && refused > 20, "the mutations must try both: \(accepted), \(refused)")
  }

  @Test(arguments: 0..<8)
  func survivesAnyBytes(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let tokens = [
      "{", "}", "[", "]", ",", ":", "\"", "\\", "\\u", "d83d", "1", "-", ".", "e", "null",
    ]
    for _ in 0..<2000 {
      var bytes: [UInt8] = []
      for _ in 0..<Int.random(in: 0..<24, using: &generator) {
        if Int.random(in: 0..<6, using: &generator) == 0 {
          bytes.append(UInt8.random(in: 0...255, using: &generator))
        } else {
          bytes += Array((tokens.randomElement(using: &generator) ?? "").utf8)
        }
      }
      do {
        let value = try JSONValue(parsing: bytes)
        #expect(try JSONValue(parsing: value.serialized()) == value)
        bytes.withUnsafeBytes { buffer in
          var scanner = JSONScanner(buffer)
          #expect(throws: Never.self) { try skipAll(&scanner) }
        }
      } catch {
        #expect(failure(error, isWithin: bytes))
        bytes.withUnsafeBytes { buffer in
          var scanner = JSONScanner(buffer)
          #expect(throws: JSONScanner.Failure.self) { try skipAll(&scanner) }
        }
      }
    }
  }

  private func skipAll(_ scanner: inout JSONScanner) throws {
    try scanner.skip()
    try scanner.finish()
  }

  private func failure(_ error: any Error, isWithin bytes: [UInt8]) -> Bool {
    guard let failure = error as? JSONScanner.Failure else { return false }
    return (0...bytes.count).contains(failure.offset) && !failure.what.isEmpty
  }

  /// Some value inside a document, small enough for a mutation to matter.
  private func piece(of value: JSONValue, _ generator: inout SeededGenerator) -> [UInt8] {
    var value = value
    while value.serialized().count > 700 {
      let children = value.array ?? value.object.map { $0.keys.compactMap { value[$0] } } ?? []
      guard let child = children.randomElement(using: &generator) else { break }
      value = child
    }
    return value.serialized(pretty: Bool.random(using: &generator))
  }

  private func mutate(_ bytes: inout [UInt8], _ generator: inout SeededGenerator) {
    let tokens = [
      "\"", "\\", "{", "}", "[", "]", ",", ":", " ", "\n", "0", "1", "-", ".", "e", "E+", "null",
      "true", "\\u00e9", "\\ud83d\\ude00", "\\n", "\\x", "é", "\u{1}", "\t", "1e400", "1.0", "[[",
      "]]",
    ]
    for _ in 0..<Int.random(in: 0..<3, using: &generator) where !bytes.isEmpty {
      let at = Int.random(in: 0..<bytes.count, using: &generator)
      switch Int.random(in: 0..<6, using: &generator) {
      case 0: bytes[at] = UInt8.random(in: 0...255, using: &generator)
      case 1: bytes.remove(at: at)
      case 2: bytes.removeLast(bytes.count - at)
      case 3: bytes.insert(bytes[at], at: at)
      default:
        bytes.insert(contentsOf: (tokens.randomElement(using: &generator) ?? "").utf8, at: at)
      }
    }
  }

  /// What only Foundation accepts.
  private func isForeign(_ bytes: [UInt8], _ error: any Error) -> Bool {
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) || bytes.prefix(4).contains(0) { return true }
    guard let offset = (error as? JSONScanner.Failure)?.offset, offset < bytes.count,
      bytes[offset] == 0x7D || bytes[offset] == 0x5D
    else { return false }
    return bytes[..<offset].last { $0 > 0x20 } == 0x2C
  }

  /// A value that holds what only we accept.
  private func isOnPurpose(_ value: JSONValue) -> Bool {
    switch value {
    case .number, .double(0): true
    case .string(let text): text.contains("\u{FFFD}")
    case .array(let elements): elements.contains(where: isOnPurpose)
    case .object(let object):
      object.members.contains { $0.key.contains("\u{FFFD}") || isOnPurpose($0.value) }
    default: false
    }
  }

  private func matches(_ ours: JSONValue, _ theirs: Foreign) -> Bool {
    switch (ours, theirs) {
    case (.null, .null): true
    case (.bool(let a), .bool(let b)): a == b
    case (.int(let a), .number(let b)): Double(a) == b
    case (.double(let a), .number(let b)): a == b
    case (.number(let a), .number(let b)): Double(a) == b
    case (.string(let a), .string(let b)): a == b
    case (.array(let a), .array(let b)):
      a.count == b.count && zip(a, b).allSatisfy { matches($0, $1) }
    case (.object(let a), .object(let b)):
      a.count == b.count
        && a.members.allSatisfy { key, value in b[key].map { matches(value, $0) } ?? false }
    default: false
    }
  }
}

/// What Foundation's JSONDecoder makes of the same bytes.
private enum FoundationAnswer {
  case value(Foreign)
  case refused

  init(_ bytes: [UInt8]) {
    do { self = .value(try JSONDecoder().decode(Foreign.self, from: Data(bytes))) } catch {
      self = .refused
    }
  }
}

private indirect enum Foreign: Decodable {
  case null
  case bool(Bool)
  case number(Double)
  case string(String)
  case array([Foreign])
  case object([String: Foreign])

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {
      self = .bool(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode(String.self) {
      self = .string(value)
    } else if let value = try? container.decode([Foreign].self) {
      self = .array(value)
    } else {
      self = .object(try container.decode([String: Foreign].self))
    }
  }
}
