import Manifest

/// One line of `render --cases`: an object, a cluster and policies in, what Karmada makes of them
/// out.
public enum OverrideCase {
  /// The answer to one line, without a line break:
  /// `{"name","result","appliedOverrides","appliedClusterOverrides"}`, lists only where something
  /// applied, or `{"name","error"}`. A line that is no case is answered with an error too.
  public static func answer(_ line: ArraySlice<UInt8>) -> [UInt8] {
    let input: JSONValue
    do { input = try JSONValue(parsing: line) } catch {
      return written(nil, "the line is not JSON: \(error)")
    }
    let name = input.member("name")
    guard let object = input.member("object"), object.object != nil else {
      return written(name, "the case has no object")
    }
    guard let cluster = input.member("cluster"), cluster.object != nil else {
      return written(name, "the case has no cluster")
    }
    do {
      let engine = try OverrideEngine(
        decoding: try list(input, "overridePolicies"),
        clusterOverridePolicies: try list(input, "clusterOverridePolicies"))
      let rendered = try engine.render(
        object, for: OverrideTarget(decoding: cluster), tracing: false)
      var answer = JSONObject()
      if let name { answer["name"] = name }
      answer["result"] = rendered.manifest
      if !rendered.appliedOverrides.isEmpty {
        answer["appliedOverrides"] = .array(rendered.appliedOverrides)
      }
      if !rendered.appliedClusterOverrides.isEmpty {
        answer["appliedClusterOverrides"] = .array(rendered.appliedClusterOverrides)
      }
      return JSONValue.object(answer).serialized()
    } catch {
      return written(name, "\(error)")
    }
  }

  private struct NoList: Error, CustomStringConvertible {
    var description: String
  }

  private static func list(_ input: JSONValue, _ key: String) throws(NoList) -> [JSONValue] {
    switch input.member(key) {
    case .array(let list)?: return list
    case nil, .null?: return []
    default: throw NoList(description: "\(key) of the case must be a list")
    }
  }

  static func written(_ name: JSONValue?, _ error: String) -> [UInt8] {
    var answer = JSONObject()
    if let name { answer["name"] = name }
    answer["error"] = .string(error)
    return JSONValue.object(answer).serialized()
  }
}

/// One line of `jsonpath --cases`: a status and a template in, the text that Karmada's state
/// preservation would take out.
public enum JSONPathCase {
  /// The answer to one line, without a line break: `{"name","value"}` or `{"name","error"}`.
  public static func answer(_ line: ArraySlice<UInt8>) -> [UInt8] {
    let input: JSONValue
    do { input = try JSONValue(parsing: line) } catch {
      return OverrideCase.written(nil, "the line is not JSON: \(error)")
    }
    let name = input.member("name")
    guard let template = input.member("jsonPath")?.string else {
      return OverrideCase.written(name, "the case has no jsonPath")
    }
    let status = input.member("status") ?? .null
    guard status.object != nil || status == .null else {
      return OverrideCase.written(name, "the status is no object")
    }
    do {
      var answer = JSONObject()
      if let name { answer["name"] = name }
      answer["value"] = .string(try JSONPath(parsing: template).text(of: status))
      return JSONValue.object(answer).serialized()
    } catch {
      return OverrideCase.written(name, "\(error)")
    }
  }
}
