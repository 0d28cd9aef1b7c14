import Manifest

/// What a server says it is (`/version`). Unknown parts are empty.
public struct ServerVersion: Hashable, Sendable {
  /// "v1.31.3"; a build without version control says "v0.0.0-master+$Format:%H$".
  public var gitVersion: String
  public var major: String
  /// Some builds add a "+".
  public var minor: String
  public var gitCommit: String
  public var platform: String

  public init(
    gitVersion: String, major: String = "", minor: String = "", gitCommit: String = "",
    platform: String = ""
  ) {
    self.gitVersion = gitVersion
    self.major = major
    self.minor = minor
    self.gitCommit = gitCommit
    self.platform = platform
  }
}
