export interface ListKey {
  readonly name: string;
  /** What an absent key stands for. */
  readonly fallback?: string;
}

/** How lists and maps of the API merge in a server-side apply, where it is not «as a whole» and «key by key». */
const NAME: readonly ListKey[] = [{ name: "name" }];
const TYPE: readonly ListKey[] = [{ name: "type" }];

export const LIST_KEYS: Readonly<Record<string, readonly ListKey[] | undefined>> = {
  "V1ObjectMeta.ownerReferences": [{ name: "uid" }],
  "V1PodSpec.containers": NAME,
  "V1PodSpec.initContainers": NAME,
  "V1PodSpec.ephemeralContainers": NAME,
  "V1PodSpec.volumes": NAME,
  "V1PodSpec.imagePullSecrets": NAME,
  "V1PodSpec.resourceClaims": NAME,
  "V1PodSpec.schedulingGates": NAME,
  "V1PodSpec.hostAliases": [{ name: "ip" }],
  "V1PodSpec.topologySpreadConstraints": [{ name: "topologyKey" }, { name: "whenUnsatisfiable" }],
  "V1PodStatus.conditions": TYPE,
  "V1PodStatus.podIPs": [{ name: "ip" }],
  "V1Container.env": NAME,
  "V1Container.ports": [{ name: "containerPort" }, { name: "protocol", fallback: "TCP" }],
  "V1Container.volumeMounts": [{ name: "mountPath" }],
  "V1Container.volumeDevices": [{ name: "devicePath" }],
  "V1EphemeralContainer.env": NAME,
  "V1ResourceRequirements.claims": NAME,
  "V1ServiceSpec.ports": [{ name: "port" }, { name: "protocol", fallback: "TCP" }],
  "V1ServiceStatus.conditions": TYPE,
  "V1ServiceAccount.secrets": NAME,
  "V1DeploymentStatus.conditions": TYPE,
  "V1ReplicaSetStatus.conditions": TYPE,
  "V1NamespaceStatus.conditions": TYPE,
  "V1PodDisruptionBudgetStatus.conditions": TYPE,
  "V2HorizontalPodAutoscalerStatus.conditions": TYPE,
  "V1CustomResourceDefinitionStatus.conditions": TYPE,
};

export const SET_LISTS: ReadonlySet<string> = new Set(["V1ObjectMeta.finalizers"]);

export const ATOMIC_MAPS: ReadonlySet<string> = new Set(["V1ServiceSpec.selector", "V1PodSpec.nodeSelector"]);

export const ATOMIC_STRUCTS: ReadonlySet<string> = new Set([
  "V1LabelSelector",
  "V1LocalObjectReference",
  "V1TypedLocalObjectReference",
  "V1ObjectReference",
  "V1ObjectFieldSelector",
  "V1ResourceFieldSelector",
  "V1SecretKeySelector",
  "V1ConfigMapKeySelector",
  "V1NodeSelector",
  "V1NodeSelectorTerm",
  "V1ScopeSelector",
  "V1RoleRef",
  "RbacV1Subject",
  "V1SecretReference",
  "V1ServiceBackendPort",
]);
