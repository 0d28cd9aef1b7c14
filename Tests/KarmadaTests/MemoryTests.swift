#if canImport(Glibc)
  import Glibc
  import Karmada
  import Manifest
  import TestSupport
  import Testing

  /// The budget of a binding's row, measured on the heap of a process of its own: whatever the
  /// tests beside this one allocate is not in it.
  struct MemoryTests {
    @Test func aBindingsRowKeepsLessThanAKiB() async {
      await #expect(processExitsWith: .success) {
        let count = 20_000
        let json = try Self.syntheticList(count)
        let before = try Heap.bytesInUse()
        let list = try ObjectList<ResourceBinding>(json: json)
        let perRow = (try Heap.bytesInUse() - before) / count
        #expect(list.items.count == count)
        #expect(perRow < 1024)
        // Less than the texts that differ from row to row need: then the heap was not measured.
        #expect(perRow > 128)
      }
    }

    /// Recorded bindings with names, ids and times of their own.
    private static func syntheticList(_ count: Int) throws -> [UInt8] {
      let list = try JSONValue(parsing: Fixture.bytes("karmada/bindings.json"))
      let models = (list["items"]?.array ?? []).flatMap { model in
        // Evictions are passing states: one row in four has any.
        (0..<4).map { i in
          var model = model
          if i > 0 { model["spec"]?["gracefulEvictionTasks"] = nil }
          return parts(of: model)
        }
      }
      var out = Array(#"{"metadata":{"resourceVersion":"1"},"items":["#.utf8)
      for i in 0..<count {
        if i > 0 { out.append(0x2C) }
        let number = Array(String(i + 100_000).utf8)
        for (j, part) in models[i % models.count].enumerated() {
          if j > 0 { out += number }
          out += part
        }
      }
      return out + Array("]}".utf8)
    }

    /// The model's JSON around the places where each row has a number of its own.
    private static func parts(of model: JSONValue) -> [ArraySlice<UInt8>] {
      var item = model
      item["metadata"]?["name"] = "workload-#-deployment"
      item["metadata"]?["uid"] = "7b2ff9d6-9a14-4f3b-8e05-123456#"
      item["metadata"]?["labels"]?["resourcebinding.karmada.io/permanent-id"] =
        "1430ef7c-7a60-4c21-b6f2-123456#"
      item["spec"]?["resource"]?["name"] = "workload-#"
      item["spec"]?["resource"]?["uid"] = "177a0979-f0e6-495a-b0d4-123456#"
      return item.serialized().split(separator: 0x23, omittingEmptySubsequences: false)
    }
  }

  private enum Heap {
    private struct Unavailable: Error {}

    /// Bytes that malloc has given out and not got back. `mallinfo2` is not in Swift's Glibc module,
    /// and the C library's `malloc_info` says the same in XML.
    static func bytesInUse() throws -> Int {
      typealias MallocInfo = @convention(c) (CInt, OpaquePointer?) -> CInt
      guard let symbol = dlsym(nil, "malloc_info") else { throw Unavailable() }
      let mallocInfo = unsafeBitCast(symbol, to: MallocInfo.self)
      var text: UnsafeMutablePointer<CChar>?
      var size = 0
      guard let stream = open_memstream(&text, &size) else { throw Unavailable() }
      let result = mallocInfo(0, OpaquePointer(stream))
      fclose(stream)
      defer { free(text) }
      guard result == 0, let text else { throw Unavailable() }
      // The totals over all arenas come last.
      let lines = String(cString: text).split(separator: "\n")
      func total(_ start: String) throws -> Int {
        guard let line = lines.last(where: { $0.hasPrefix(start) }),
          let digits = line.split(separator: "size=\"").last?.prefix(while: \.isNumber),
          let value = Int(digits)
        else { throw Unavailable() }
        return value
      }
      return try total("<system type=\"current\"") + total("<total type=\"mmap\"")
        - total("<total type=\"fast\"") - total("<total type=\"rest\"")
    }
  }
#endif
