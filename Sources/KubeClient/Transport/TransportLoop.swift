import CCurl
import ControlPlane
import Dispatch

/// The transport's thread: the only code that touches libcurl handles.
final class TransportLoop {
  private let inbox: Inbox
  private var transfers: [Inbox.ID: Transfer] = [:]
  /// Handshakes made only to see a certificate that a transfer did not believe.
  private var probes: [Inbox.ID: (probe: CertificateProbe, failure: TransportFailure)] = [:]

  /// How long events of watches may wait for others to come along. The screen shows news ten times a
  /// second; taking each event by itself costs three threads a switch for nothing.
  private static let gathering = DispatchTimeInterval.milliseconds(40)
  /// More than this at once is a list on its way, which must not wait.
  private static let trickle = 8 << 10

  init(_ inbox: Inbox) { self.inbox = inbox }

  private var multi: UnsafeMutableRawPointer { inbox.multi.raw }

  func run() {
    while true {
      let (commands, isClosed) = inbox.take()
      for command in commands {
        switch command {
        case .start(let id, let request, let sink): start(id, request, sink)
        case .cancel(let id): cancel(id)
        }
      }
      if isClosed { break }
      var running: Int32 = 0
      curl_multi_perform(multi, &running)
      finishDone()
      let isTrickle = isTrickle
      curl_multi_poll(multi, nil, 0, 60_000, nil)
      if isTrickle { inbox.rest(TransportLoop.gathering) }
    }
    for id in Array(transfers.keys) { cancel(id) }
    curl_multi_cleanup(multi)
  }

  /// Whether nothing is open but watches, and those said little since the last look.
  private var isTrickle: Bool {
    var isTrickle = probes.isEmpty
    for transfer in transfers.values {
      if !transfer.isOpenStream || transfer.takeReceived() > TransportLoop.trickle {
        isTrickle = false
      }
    }
    return isTrickle
  }

  private func start(_ id: Inbox.ID, _ request: HTTPRequest, _ sink: Inbox.Sink) {
    do {
      let transfer = try Transfer(id: id, request: request, sink: sink)
      guard curl_multi_add_handle(multi, transfer.easy) == CURLM_OK else {
        throw APIError(.protocol, message: "libcurl takes no more requests")
      }
      transfers[id] = transfer  // keeps alive what the handle's callbacks point to
    } catch {
      sink.fail(error)
    }
  }

  private func cancel(_ id: Inbox.ID) {
    if let (probe, _) = probes.removeValue(forKey: id) {
      curl_multi_remove_handle(multi, probe.easy)
    }
    guard let transfer = transfers.removeValue(forKey: id) else { return }
    curl_multi_remove_handle(multi, transfer.easy)
    transfer.sink.fail(CancellationError())
  }

  private func finishDone() {
    var result = CURLE_OK
    while let easy = cc_next_done(multi, &result) {
      if let entry = probes.first(where: { $0.value.probe.easy == easy }) {
        finish(probe: entry.key)
      } else if let transfer = transfers.values.first(where: { $0.easy == easy }) {
        finish(transfer, result)
      } else {
        curl_multi_remove_handle(multi, easy)
      }
    }
  }

  private func finish(_ transfer: Transfer, _ result: CURLcode) {
    curl_multi_remove_handle(multi, transfer.easy)
    if result == CURLE_OK {
      transfers[transfer.id] = nil
      transfer.succeed()
      return
    }
    let failure = transfer.failure(result)
    if result == CURLE_PEER_FAILED_VERIFICATION, let probe = CertificateProbe(transfer.request),
      curl_multi_add_handle(multi, probe.easy) == CURLM_OK
    {
      probes[transfer.id] = (probe, failure)
      return
    }
    transfers[transfer.id] = nil
    transfer.sink.fail(failure.apiError)
  }

  private func finish(probe id: Inbox.ID) {
    guard let (probe, failure) = probes.removeValue(forKey: id) else { return }
    var explained = failure
    explained.chain = probe.chain
    curl_multi_remove_handle(multi, probe.easy)
    transfers.removeValue(forKey: id)?.sink.fail(explained.apiError)
  }
}
