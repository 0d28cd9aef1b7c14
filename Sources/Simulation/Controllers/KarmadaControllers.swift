/// The controllers of an embedded Karmada, in the order in which steps of the same moment run.
public enum KarmadaControllers {
  public static var all: [any Controller] {
    [
      ClusterController(), ClusterStatusController(), NamespaceSync(), Detector(),
      PolicyDetector(), SchedulerController(), DependenciesDistributor(), BindingController(),
      ExecutionController(), WorkStatusController(), BindingStatusController(),
      WorkloadRebalancerController(), GarbageCollector(), MemberWorkloads(), EventExpiry(),
    ]
  }

  /// What Karmada's API server does to writes before anybody else sees them.
  public static var admission: [AdmissionRule] { KarmadaAdmission.rules() }
}
