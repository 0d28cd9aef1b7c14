import Manifest

extension ObjectMeta: Scannable {
  mutating func read(
    _ scanner: inout JSONScanner, _ interner: inout Interner
  ) throws(JSONScanner.Failure) {
    try scanner.members { key, scanner throws(JSONScanner.Failure) in
      switch key {
      case "name": try scanner.read(&name)
      case "namespace": try scanner.read(&namespace, &interner)
      case "uid": try scanner.read(&uid)
      case "resourceVersion": try scanner.read(&resourceVersion)
      case "generation": try scanner.read(&generation)
      case "creationTimestamp": try scanner.read(&creationTimestamp)
      case "deletionTimestamp": try scanner.read(&deletionTimestamp)
      case "labels": try readLabels(&scanner, &interner)
      case "annotations": try readAnnotations(&scanner, &interner)
      case "finalizers":
        try scanner.read(&finalizers, &interner)
        interner.share(&finalizers)
      default: try scanner.skip()
      }
    }
  }

  private mutating func readLabels(
    _ scanner: inout JSONScanner, _ interner: inout Interner
  ) throws(JSONScanner.Failure) {
    var pairs: [String] = []
    try scanner.members { key, scanner throws(JSONScanner.Failure) in
      guard try scanner.next() == .string else { return try scanner.skip() }
      pairs.reserveCapacity(4)
      let name = interner.intern(key.text)
      let value = try scanner.string()
      guard !keepApart(name, value) else { return }
      pairs.append(name)
      pairs.append(interner.intern(value))
    }
    var flat = StringPairs(flat: pairs).flat
    interner.share(&flat)
    labelPairs = StringPairs(flat: flat)
  }

  private mutating func readAnnotations(
    _ scanner: inout JSONScanner, _ interner: inout Interner
  ) throws(JSONScanner.Failure) {
    var pairs: [String] = []
    try scanner.members { key, scanner throws(JSONScanner.Failure) in
      guard try scanner.next() == .string else { return try scanner.skip() }
      let name = key.text
      guard ObjectMeta.keptAnnotations.contains(name) else { return try scanner.skip() }
      pairs.append(interner.intern(name))
      pairs.append(interner.intern(try scanner.string()))
    }
    var flat = StringPairs(flat: pairs).flat
    interner.share(&flat)
    annotationPairs = StringPairs(flat: flat)
  }
}

extension Condition: Scannable {
  mutating func read(
    _ scanner: inout JSONScanner, _ interner: inout Interner
  ) throws(JSONScanner.Failure) {
    try scanner.members { key, scanner throws(JSONScanner.Failure) in
      switch key {
      case "type": try scanner.read(&type, &interner)
      case "status": try scanner.read(&status)
      case "reason": try scanner.read(&reason, &interner)
      case "message": try scanner.read(&message, &interner)
      case "lastTransitionTime": try scanner.read(&lastTransitionTime)
      default: try scanner.skip()
      }
    }
    interner.share(&texts)
  }
}

extension ObjectReference: Scannable {
  mutating func read(
    _ scanner: inout JSONScanner, _ interner: inout Interner
  ) throws(JSONScanner.Failure) {
    try scanner.members { key, scanner throws(JSONScanner.Failure) in
      switch key {
      case "apiVersion": try scanner.read(&apiVersion, &interner)
      case "kind": try scanner.read(&kind, &interner)
      case "namespace": try scanner.read(&namespace, &interner)
      case "name": try scanner.read(&name)
      case "uid": try scanner.read(&uid)
      default: try scanner.skip()
      }
    }
  }
}

extension ObjectKey {
  /// `{name, namespace}`, as a LocalSecretReference is written.
  mutating func read(
    _ scanner: inout JSONScanner, _ interner: inout Interner
  ) throws(JSONScanner.Failure) {
    try scanner.members { key, scanner throws(JSONScanner.Failure) in
      switch key {
      case "name": try scanner.read(&name, &interner)
      case "namespace": try scanner.read(&namespace, &interner)
      default: try scanner.skip()
      }
    }
  }
}
