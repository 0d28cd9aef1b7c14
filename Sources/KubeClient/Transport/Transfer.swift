import CCurl
import ControlPlane

/// One exchange. Lives and dies on the transport's thread.
final class Transfer {
  let id: Inbox.ID
  let request: HTTPRequest
  let sink: Inbox.Sink
  let easy: UnsafeMutableRawPointer
  private let lists: CurlLists
  private let errorText: ErrorText
  private var body: [UInt8] = []
  private var hasSentHead = false
  private var received = 0
  private var isTooLarge = false

  init(id: Inbox.ID, request: HTTPRequest, sink: Inbox.Sink) throws(APIError) {
    guard let easy = curl_easy_init() else {
      throw APIError(.protocol, message: "libcurl has no memory for another request")
    }
    (self.id, self.request, self.sink, self.easy) = (id, request, sink, easy)
    lists = CurlLists()
    errorText = ErrorText()
    var options = EasyOptions(easy, lists)
    options.errorText(errorText)
    options.exchange(request)
    options.link(request)
    if case .whole = sink { options.set(CURLOPT_BUFFERSIZE, 256 << 10) }
    let me = Unmanaged.passUnretained(self).toOpaque()
    options.pointer(CURLOPT_WRITEDATA, me)
    options.onWrite { bytes, size, count, me in
      guard let me else { return 0 }
      let transfer = Unmanaged<Transfer>.fromOpaque(me).takeUnretainedValue()
      return transfer.take(UnsafeRawBufferPointer(start: bytes, count: size * count))
    }
    if case .stream = sink {
      options.pointer(CURLOPT_HEADERDATA, me)
      options.onHeader { bytes, size, count, me in
        guard let me else { return 0 }
        let transfer = Unmanaged<Transfer>.fromOpaque(me).takeUnretainedValue()
        transfer.takeHeader(UnsafeRawBufferPointer(start: bytes, count: size * count))
        return size * count
      }
    }
    if let refused = options.refused { throw refused }
  }

  deinit { curl_easy_cleanup(easy) }

  /// What libcurl's write callback returns: the bytes taken, or 0 to give up.
  private func take(_ bytes: UnsafeRawBufferPointer) -> Int {
    switch sink {
    case .whole:
      guard body.count + bytes.count <= request.bodyLimit else {
        isTooLarge = true
        return 0
      }
      if body.isEmpty { body.reserveCapacity(expectedLength) }
      body.append(contentsOf: bytes)
    case .stream(let continuation):
      sendHead(to: continuation)
      received += bytes.count
      continuation.yield(.bytes([UInt8](bytes)))
    }
    return bytes.count
  }

  /// A watch that the server has taken.
  var isOpenStream: Bool { hasSentHead }

  /// Bytes of the stream since the last call.
  func takeReceived() -> Int {
    defer { received = 0 }
    return received
  }

  /// The empty line ends the head. A watch may then be silent for a minute: whoever opened it
  /// must not have to wait for the first byte to know that the server took it.
  private func takeHeader(_ line: UnsafeRawBufferPointer) {
    guard case .stream(let continuation) = sink,
      line.allSatisfy({ $0 == UInt8(ascii: "\r") || $0 == UInt8(ascii: "\n") }),
      info(CURLINFO_RESPONSE_CODE) >= 200
    else { return }
    sendHead(to: continuation)
  }

  /// Content-Length, where it is to be believed.
  private var expectedLength: Int {
    var length: curl_off_t = 0
    cc_get_off(easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length)
    return (0...request.bodyLimit).contains(length) ? length : 0
  }

  func succeed() {
    switch sink {
    case .whole(let continuation):
      continuation.resume(returning: HTTPAnswer(head: head, body: body))
    case .stream(let continuation):
      sendHead(to: continuation)
      continuation.finish()
    }
  }

  private func sendHead(to continuation: AsyncThrowingStream<HTTPEvent, any Error>.Continuation) {
    guard !hasSentHead else { return }
    hasSentHead = true
    continuation.yield(.head(head))
  }

  private var head: HTTPHead {
    var head = HTTPHead(status: info(CURLINFO_RESPONSE_CODE))
    var previous: UnsafeMutablePointer<curl_header>?
    while let header = curl_easy_nextheader(easy, UInt32(CURLH_HEADER), -1, previous) {
      head.headers.append(
        HTTPHeader(String(cString: header.pointee.name), String(cString: header.pointee.value)))
      previous = header
    }
    return head
  }

  func failure(_ result: CURLcode) -> TransportFailure {
    var failure = TransportFailure(code: result, text: errorText.text, request: request)
    failure.verifyResult = info(CURLINFO_SSL_VERIFYRESULT)
    failure.systemError = Int32(truncatingIfNeeded: info(CURLINFO_OS_ERRNO))
    failure.status = info(CURLINFO_RESPONSE_CODE)
    failure.isTooLarge = isTooLarge
    if case .stream = sink { failure.isStream = true }
    var sent: curl_off_t = 0
    cc_get_off(easy, CURLINFO_PRETRANSFER_TIME_T, &sent)
    failure.isConnected = sent > 0
    return failure
  }

  private func info(_ what: CURLINFO) -> Int {
    var value = 0
    cc_get_long(easy, what, &value)
    return value
  }
}
