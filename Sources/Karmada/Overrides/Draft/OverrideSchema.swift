import Manifest

/// The fields of OverridePolicy and ClusterOverridePolicy, policy.karmada.io/v1alpha1, as the
/// CustomResourceDefinitions of Karmada 1.12 have them. Both kinds have the same spec.
public enum OverrideSchema {
  public static let apiVersion = "policy.karmada.io/v1alpha1"

  public static func policy(_ scope: OverridePolicySpec.Scope) -> OverrideField {
    OverrideField(
      scope.rawValue,
      .object([
        OverrideField("apiVersion", .choice([apiVersion]), "Always this one.", isRequired: true),
        OverrideField(
          "kind", .choice([scope.rawValue]), "Which objects it can reach.",
          isRequired: true),
        metadata(scope), spec,
      ]), "Changes objects on their way to clusters.")
  }

  /// The field at a pointer into a policy; nil where the API has none.
  public static func field(
    at pointer: JSONPointer, of scope: OverridePolicySpec.Scope = .namespaced
  ) -> OverrideField? {
    var field: OverrideField? = policy(scope)
    for token in pointer.tokens { field = field?.child(token) }
    return field
  }

  private static func metadata(_ scope: OverridePolicySpec.Scope) -> OverrideField {
    var fields = [
      OverrideField(
        "name", .text, "Names the policy; policies of the same precision apply in this order.",
        subject: .policyName, isRequired: true)
    ]
    if scope == .namespaced {
      fields.append(
        OverrideField(
          "namespace", .text, "Only objects of this namespace are changed.", subject: .namespace,
          isRequired: true))
    }
    return OverrideField(
      "metadata",
      .object(
        fields + [
          OverrideField("labels", .pairs, "The policy's own labels."),
          OverrideField("annotations", .pairs, "The policy's own annotations."),
        ]), "Who the policy is.", isRequired: true)
  }

  static let spec = OverrideField(
    "spec",
    .object([
      OverrideField(
        "resourceSelectors", .list(resourceSelector),
        "Which objects are changed; without any, every object in scope."),
      OverrideField(
        "overrideRules", .list(rule), "What is changed where; every rule that matches applies."),
      OverrideField(
        "targetCluster", affinity, "Replaced by the rules' own.", isDeprecated: true),
      OverrideField("overriders", overriders, "Replaced by the rules' own.", isDeprecated: true),
    ]), "What is changed.", isRequired: true)

  private static let rule = OverrideField(
    "rule",
    .object([
      OverrideField(
        "targetCluster", affinity, "For which clusters; without it, for all of them."),
      OverrideField("overriders", overriders, "The changes.", isRequired: true),
    ]), "Changes for some clusters.")

  // MARK: What is selected

  private static let resourceSelector = OverrideField(
    "selector",
    .object([
      OverrideField(
        "apiVersion", .text, "Group and version, as in the object.", subject: .apiVersion,
        isRequired: true),
      OverrideField("kind", .text, "Kind, as in the object.", subject: .kind, isRequired: true),
      OverrideField(
        "namespace", .text, "An OverridePolicy's own when it is left out.", subject: .namespace),
      OverrideField(
        "name", .text, "One object; a labelSelector beside it is not looked at.",
        subject: .objectName),
      labelSelector(
        "Objects with these labels.", labels: .objectLabels, key: .objectLabelKey),
    ]), "Objects of a kind.")

  private static let affinity = OverrideField.Shape.object([
    OverrideField(
      "clusterNames", .list(OverrideField("cluster", .text, "A cluster.", subject: .cluster)),
      "These clusters; without any, all of them.", subject: .cluster),
    OverrideField(
      "exclude", .list(OverrideField("cluster", .text, "A cluster.", subject: .cluster)),
      "Never these clusters.", subject: .cluster),
    labelSelector(
      "Clusters with these labels.", labels: .clusterLabels, key: .clusterLabelKey),
    OverrideField(
      "fieldSelector",
      .object([
        OverrideField(
          "matchExpressions",
          .list(
            OverrideField(
              "expression",
              .object([
                OverrideField(
                  "key", .choice(["provider", "region", "zone"]), "What is looked at.",
                  subject: .clusterField, isRequired: true, enforcer: .webhook),
                OverrideField(
                  "operator", .choice(["In", "NotIn"]),
                  "For zones, In wants every zone of a cluster in the list.", isRequired: true,
                  enforcer: .webhook),
                values,
              ]), "One condition.")), "All of them must hold.")
      ]), "Clusters of these providers, regions or zones."),
  ])

  private static let values = OverrideField(
    "values",
    .list(OverrideField("value", .text, "A value.", subject: .expressionValue)),
    "What the operator compares with.", subject: .expressionValue)

  private static func labelSelector(
    _ help: String, labels: OverrideField.Subject, key: OverrideField.Subject
  ) -> OverrideField {
    OverrideField(
      "labelSelector",
      .object([
        OverrideField("matchLabels", .pairs, "Each label must have this value.", subject: labels),
        OverrideField(
          "matchExpressions",
          .list(
            OverrideField(
              "expression",
              .object([
                OverrideField("key", .text, "A label.", subject: key, isRequired: true),
                OverrideField(
                  "operator", .choice(["In", "NotIn", "Exists", "DoesNotExist"]),
                  "How its value is compared.", isRequired: true, enforcer: .nobody),
                values,
              ]), "One condition.")), "All of them must hold."),
      ]), help)
  }

  // MARK: What is changed

  private static let change = OverrideField(
    "operator", .choice(["add", "remove", "replace"]), "What is done.", isRequired: true)

  static let overriders = OverrideField.Shape.object([
    OverrideField(
      "imageOverrider", .list(image), "Registry, repository or tag of images; applied first."),
    OverrideField("commandOverrider", .list(command("command")), "A container's command."),
    OverrideField("argsOverrider", .list(command("args")), "A container's arguments."),
    OverrideField(
      "labelsOverrider", .list(labels("label", subject: .objectLabelChange)),
      "The object's own labels."),
    OverrideField(
      "annotationsOverrider", .list(labels("annotation", subject: .objectAnnotationChange)),
      "The object's own annotations."),
    OverrideField(
      "fieldOverrider", .list(field), "A JSON or YAML document that stands in a text."),
    OverrideField(
      "plaintext", .list(plaintext), "Any field, by a JSON patch; applied last."),
  ])

  private static let image = OverrideField(
    "image",
    .object([
      OverrideField(
        "component", .choice(["Tag", "Registry", "Repository"]), "Which part of the image.",
        isRequired: true),
      OverrideField(
        "operator", .choice(["replace", "add", "remove"]), "add appends to what is there.",
        isRequired: true),
      OverrideField("value", .text, "Not needed to remove.", subject: .imageValue),
      OverrideField(
        "predicate",
        .object([
          OverrideField(
            "path", .text, "JSON pointer to the image.", subject: .imagePointer, isRequired: true)
        ]), "Only this image; without it, those of every container of a workload."),
    ]), "A change of images.")

  private static func command(_ what: String) -> OverrideField {
    OverrideField(
      what,
      .object([
        OverrideField(
          "containerName", .text, "The container.", subject: .container, isRequired: true),
        OverrideField(
          "operator", .choice(["add", "remove"]), "add appends, remove takes equal words out.",
          isRequired: true),
        OverrideField(
          "value", .list(OverrideField("word", .text, "A word.", subject: .commandWord)),
          "Without any nothing changes.", subject: .commandWord),
      ]), "A change of one container's \(what).")
  }

  private static func labels(_ what: String, subject: OverrideField.Subject) -> OverrideField {
    OverrideField(
      what,
      .object([
        change,
        OverrideField(
          "value", .pairs, "remove looks at the keys, and wants values all the same.",
          subject: subject, isRequired: true),
      ]), "A change of \(what)s.")
  }

  private static let field = OverrideField(
    "field",
    .object([
      OverrideField(
        "fieldPath", .text, "JSON pointer to a text that holds a document.",
        subject: .documentPointer, isRequired: true),
      OverrideField(
        "yaml", .list(operation), "Changes of a YAML document, which is then written anew."),
      OverrideField("json", .list(operation), "Changes of a JSON document."),
    ]), "Changes of the document in one field.")

  private static let patchOperator = OverrideField(
    "operator", .choice(["replace", "add", "remove"]), "What is done.", isRequired: true)

  private static let operation = OverrideField(
    "operation",
    .object([
      OverrideField(
        "subPath", .text, "JSON pointer within the document.", subject: .subPath,
        isRequired: true),
      patchOperator,
      OverrideField(
        "value", .any, "Of the type that is wanted: \"3306\" stays a text.",
        subject: .pointedValue),
    ]), "One operation of a JSON patch.")

  private static let plaintext = OverrideField(
    "operation",
    .object([
      OverrideField(
        "path", .text, "JSON pointer within the object.", subject: .manifestPointer,
        isRequired: true),
      patchOperator,
      OverrideField("value", .any, "Not needed to remove.", subject: .pointedValue),
    ]), "One operation of a JSON patch.")
}
