import Manifest

/// A user's credential, kept current. Many requests that need a new one share one fetch.
actor Credentials {
  private var tokenFile: TokenFile?
  private var cache = CredentialCache()
  private let fetch: (@Sendable () async throws -> Credential)?
  private var fetching: Task<Credential, any Error>?
  private let fixed: Credential
  private let reader: FileReader
  private let now: @Sendable () -> Time

  init(
    _ source: CredentialSource, reader: FileReader, now: @escaping @Sendable () -> Time,
    run: @escaping @Sendable (ExecPlugin) async throws -> Credential = { plugin in
      try await ExecRun(plugin: plugin).credential()
    }
  ) {
    self.reader = reader
    self.now = now
    switch source {
    case .none: (fixed, fetch) = (.none, nil)
    case .token(let token): (fixed, fetch) = (Credential(token: token), nil)
    case .tokenFile(let path, let fallback):
      (fixed, fetch) = (.none, nil)
      tokenFile = TokenFile(path: path, fallback: fallback)
    case .exec(let plugin): (fixed, fetch) = (.none, { try await run(plugin) })
    }
  }

  /// Throws `CredentialError`, or `CancellationError` when the caller was cancelled.
  func current() async throws -> Credential {
    if var file = tokenFile {
      defer { tokenFile = file }
      return Credential(token: try file.current(now: now(), reader: reader))
    }
    guard let fetch else { return fixed }
    if let usable = cache.usable(now: now()) { return usable }
    let task =
      fetching
      ?? Task {
        defer { fetching = nil }
        let credential = try await fetch()
        cache.hold(credential)
        return credential
      }
    fetching = task
    return try await Self.value(of: task)
  }

  /// The server answered 401 to `credential`: it is not used again.
  func drop(_ credential: Credential) {
    tokenFile?.forget()
    cache.drop(credential)
  }

  /// Drops `credential` and fetches another; nil when there is none to be had.
  func replace(_ credential: Credential) async throws -> Credential? {
    drop(credential)
    guard tokenFile != nil || fetch != nil else { return nil }
    let next = try await current()
    return next == credential ? nil : next
  }

  /// Ends a plugin that is running.
  func shutdown() { fetching?.cancel() }

  /// The task's value, without waiting for it once the caller is cancelled: others may still want
  /// what it fetches.
  private static func value(of task: Task<Credential, any Error>) async throws -> Credential {
    let (values, out) = AsyncThrowingStream<Credential, any Error>.makeStream()
    Task {
      do {
        out.yield(try await task.value)
        out.finish()
      } catch {
        out.finish(throwing: error)
      }
    }
    for try await value in values { return value }
    throw CancellationError()
  }
}
