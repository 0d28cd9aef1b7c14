import CCurl

/// The string lists an easy handle points to; freed after the handle.
final class CurlLists {
  private var lists: [UnsafeMutablePointer<curl_slist>?] = []

  func add(_ lines: [String]) -> UnsafeMutablePointer<curl_slist>? {
    var list: UnsafeMutablePointer<curl_slist>?
    for line in lines {
      // nil means no memory: the list as it was is still ours.
      if let longer = curl_slist_append(list, line) { list = longer }
    }
    lists.append(list)
    return list
  }

  deinit { for list in lists { curl_slist_free_all(list) } }
}

/// Where libcurl writes its own words for what went wrong.
final class ErrorText {
  let buffer: UnsafeMutablePointer<CChar>

  init() {
    buffer = .allocate(capacity: Int(CURL_ERROR_SIZE))
    buffer.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
  }

  deinit { buffer.deallocate() }

  var text: String { String(cString: buffer) }
}
