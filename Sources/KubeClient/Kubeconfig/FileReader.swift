import Glibc

/// The way to the disk, as values so that a test can put other files there.
public struct FileReader: Sendable {
  public enum Failure: Error, Hashable, Sendable {
    case missing
    /// In the system's words: "Permission denied".
    case unreadable(String)
  }

  /// What changes when a file is written anew or replaced.
  public struct Stamp: Hashable, Sendable {
    public var parts: [Int]
    public init(_ parts: [Int]) { self.parts = parts }
  }

  public var read: @Sendable (_ path: String) throws(Failure) -> [UInt8]
  /// nil when there is no such file.
  public var stamp: @Sendable (_ path: String) -> Stamp?

  public init(
    read: @escaping @Sendable (_ path: String) throws(Failure) -> [UInt8],
    stamp: @escaping @Sendable (_ path: String) -> Stamp?
  ) {
    self.read = read
    self.stamp = stamp
  }

  /// Kubeconfigs, certificates and tokens are small; a path to something else must not fill the
  /// memory.
  static let sizeLimit = 16 << 20

  public static let disk = FileReader(
    read: { (path: String) throws(Failure) in try readFile(path) },
    stamp: { path in
      var info = stat()
      guard fstatat(AT_FDCWD, path, &info, 0) == 0 else { return nil }
      return Stamp([
        Int(truncatingIfNeeded: info.st_ino), Int(info.st_size), info.st_mtim.tv_sec,
        info.st_mtim.tv_nsec,
      ])
    })

  private static func readFile(_ path: String) throws(Failure) -> [UInt8] {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw errno == ENOENT ? .missing : .unreadable(systemWords()) }
    defer { close(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = Glibc.read(file, &buffer, buffer.count)
      if count == 0 { return bytes }
      if count < 0 {
        if errno == EINTR { continue }
        throw .unreadable(systemWords())
      }
      guard bytes.count + count <= sizeLimit else {
        throw .unreadable("larger than \(sizeLimit >> 20) MB")
      }
      bytes.append(contentsOf: buffer.prefix(count))
    }
  }

  private static func systemWords() -> String { String(cString: strerror(errno)) }
}
