import Manifest

/// Ids that two programs which saw the same thing come to by themselves.
enum StableID {
  static func make(_ parts: String...) -> String {
    // 0xFF, which no text holds, ends each: "a"+"bc" is not "ab"+"c".
    FNV.hex(parts.lazy.flatMap { Array($0.utf8) + [0xFF] })
  }
}
