/// The controllers of an embedded Karmada, in the order in which steps of the same moment run.
public enum KarmadaControllers {
  /// Everything that happens by itself: the control plane's, and what runs in the members.
  public static var all: [any Controller] { all(KarmadaSettings()) }

  public static func all(_ settings: KarmadaSettings) -> [any Controller] {
    controlPlane(settings) + [MemberWorkloads()]
  }

  /// The control plane's own.
  public static func controlPlane(_ settings: KarmadaSettings) -> [any Controller] {
    [
      ClusterController(), ClusterStatusController(settings.clusterStatus),
      ClusterTaints(settings.taints), NamespaceSync(), Detector(), PolicyDetector(),
      SchedulerController(), DependenciesDistributor(),
      BindingController(injectsState: settings.injectsState), ExecutionController(),
      WorkStatusController(), BindingStatusController(),
      ApplicationFailover.resourceBindings(preservesState: settings.injectsState),
      ApplicationFailover.clusterResourceBindings(preservesState: settings.injectsState),
      TaintManager(retryFrequency: settings.taintEvictionRetryFrequency),
      GracefulEviction(timeout: settings.gracefulEvictionTimeout),
      WorkloadRebalancerController(), GarbageCollector(), EventExpiry(),
    ]
  }

  /// What Karmada's API server does to writes before anybody else sees them.
  package static var admission: [AdmissionRule] { KarmadaAdmission.rules() }
}
