/// Fleets whose rollback is looked at.
enum RollbackScenarios {
  /// Three Deployments of one policy on two of three members; two of them mount a ConfigMap, and a
  /// name is as long as names get.
  static let shop =
    head
    + deployment("cart", mounting: "shop-settings")
    + deployment("recommendations-for-returning-customers-batch", mounting: nil)
    + deployment("checkout", mounting: "shop-settings")
    + settings

  /// The same, and somebody else mounts the ConfigMap too, whose policy does not preserve.
  static let shared =
    head
    + deployment("cart", mounting: "shop-settings")
    + deployment("recommendations-for-returning-customers-batch", mounting: nil)
    + deployment("checkout", mounting: "shop-settings")
      + """
      - apiVersion: policy.karmada.io/v1alpha1
        kind: PropagationPolicy
        metadata: {name: payments-pp, namespace: shop}
        spec:
          propagateDeps: true
          resourceSelectors: [{apiVersion: apps/v1, kind: Deployment, name: payments}]
          placement: {clusterAffinity: {clusterNames: [prod-eu-west-1, prod-eu-central-1]}}

      """
    + deployment("payments", mounting: "shop-settings") + settings

  private static let head = """
    name: shop
    title: a shop
    clusters:
    - {name: prod-eu-west-1, provider: aws, region: eu-west-1, nodes: 4}
    - {name: prod-eu-central-1, provider: aws, region: eu-central-1, nodes: 4}
    - {name: prod-us-east-1, provider: gcp, region: us-east1, nodes: 3}
    namespaces: [shop]
    objects:
    - apiVersion: policy.karmada.io/v1alpha1
      kind: PropagationPolicy
      metadata: {name: web-pp, namespace: shop}
      spec:
        conflictResolution: Overwrite
        propagateDeps: true
        resourceSelectors:
        - {apiVersion: apps/v1, kind: Deployment, name: cart}
        - {apiVersion: apps/v1, kind: Deployment, name: checkout}
        - apiVersion: apps/v1
          kind: Deployment
          name: recommendations-for-returning-customers-batch
        placement: {clusterAffinity: {clusterNames: [prod-eu-west-1, prod-eu-central-1]}}

    """

  private static let settings = """
    - apiVersion: v1
      kind: ConfigMap
      metadata: {name: shop-settings, namespace: shop}
      data: {mode: production}

    """

  private static func deployment(_ name: String, mounting map: String?) -> String {
    let volumes = map.map { ", volumes: [{name: s, configMap: {name: \($0)}}]" } ?? ""
    return """
      - apiVersion: apps/v1
        kind: Deployment
        metadata: {name: \(name), namespace: shop, labels: {app: \(name)}}
        spec:
          replicas: 2
          selector: {matchLabels: {app: \(name)}}
          template:
            metadata: {labels: {app: \(name)}}
            spec: {containers: [{name: main, image: "nginx:1.27"}]\(volumes)}

      """
  }
}
