import Manifest

extension KarmadaInstance: KubernetesObject {
  public init(
    scanning scanner: inout JSONScanner, interning interner: inout Interner
  ) throws(JSONScanner.Failure) {
    self.init()
    try scanner.members { key, scanner throws(JSONScanner.Failure) in
      switch key {
      case "metadata": try metadata.read(&scanner, &interner)
      case "spec":
        try scanner.members { key, scanner throws(JSONScanner.Failure) in
          switch key {
          case "components": try readComponents(&scanner, &interner)
          case "customCertificate": try readCertificate(&scanner, &interner)
          default: try scanner.skip()
          }
        }
      case "status":
        try scanner.members { key, scanner throws(JSONScanner.Failure) in
          switch key {
          case "conditions": try scanner.read(&conditions, &interner)
          case "karmadaVersion": try scanner.read(&karmadaVersion)
          case "kubernetesVersion": try scanner.read(&kubernetesVersion)
          default: try scanner.skip()
          }
        }
      default: try scanner.skip()
      }
    }
  }

  private mutating func readComponents(
    _ scanner: inout JSONScanner, _ interner: inout Interner
  ) throws(JSONScanner.Failure) {
    try scanner.members { key, scanner throws(JSONScanner.Failure) in
      guard try scanner.next() == .object else { return try scanner.skip() }
      var component = Component()
      component.name = key.text
      switch key {
      case "etcd": try readEtcd(&component, &scanner, &interner)
      default: try read(&component, &scanner, &interner)
      }
      components.append(component)
    }
  }

  private mutating func read(
    _ component: inout Component, _ scanner: inout JSONScanner, _ interner: inout Interner
  ) throws(JSONScanner.Failure) {
    let isAPIServer = component.name == "karmadaAPIServer"
    try scanner.members { key, scanner throws(JSONScanner.Failure) in
      switch key {
      case "replicas": try scanner.read(&component.replicas)
      case "imageTag": try scanner.read(&component.imageTag)
      case "serviceType" where isAPIServer: try scanner.read(&serviceType)
      case "certSANs" where isAPIServer: try scanner.read(&certSANs, &interner)
      case "extraVolumes" where isAPIServer:
        try scanner.elements { scanner throws(JSONScanner.Failure) in
          var volume = ObjectReference()
          try volume.read(&scanner, &interner)
          if !volume.name.isEmpty { extraVolumes.append(volume.name) }
        }
      default: try scanner.skip()
      }
    }
  }

  private mutating func readEtcd(
    _ component: inout Component, _ scanner: inout JSONScanner, _ interner: inout Interner
  ) throws(JSONScanner.Failure) {
    try scanner.members { key, scanner throws(JSONScanner.Failure) in
      switch key {
      case "local":
        guard try scanner.next() == .object else { return try scanner.skip() }
        etcdIsLocal = true
        try read(&component, &scanner, &interner)
      case "external":
        try scanner.members { key, scanner throws(JSONScanner.Failure) in
          switch key {
          case "endpoints": try scanner.read(&etcdEndpoints, &interner)
          case "secretRef": try etcdSecret.read(&scanner, &interner)
          default: try scanner.skip()
          }
        }
      default: try scanner.skip()
      }
    }
  }

  private mutating func readCertificate(
    _ scanner: inout JSONScanner, _ interner: inout Interner
  ) throws(JSONScanner.Failure) {
    try scanner.members { key, scanner throws(JSONScanner.Failure) in
      switch key {
      case "apiServerCACert":
        guard try scanner.next() == .object else { return try scanner.skip() }
        var secret = ObjectKey(name: "")
        try secret.read(&scanner, &interner)
        apiServerCACert = secret
      default: try scanner.skip()
      }
    }
  }
}
