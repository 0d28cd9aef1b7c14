import Manifest

/// apps.karmada.io/v1alpha1 WorkloadRebalancer: a request to schedule workloads afresh.
public struct WorkloadRebalancer: Hashable, Sendable {
  public struct ObservedWorkload: Hashable, Sendable {
    public var workload = ObjectReference()
    /// Successful or Failed.
    public var result = ""
    public var reason = ""
    public init() {}
  }
  public var metadata = ObjectMeta()
  public var workloads: [ObjectReference] = []
  public var observedWorkloads: [ObservedWorkload] = []
  public var finishTime: Time?
  public init() {}
}
