import type { KubernetesObject } from "./meta";
import type { IntOrString } from "./pod";

export interface ServicePort {
  name?: string;
  protocol?: string;
  port: number;
  targetPort?: IntOrString;
  nodePort?: number;
  appProtocol?: string;
}

export interface ServiceSpec {
  type?: string;
  selector?: Record<string, string>;
  ports?: ServicePort[];
  clusterIP?: string;
  clusterIPs?: string[];
  ipFamilies?: string[];
  ipFamilyPolicy?: string;
  sessionAffinity?: string;
  sessionAffinityConfig?: { clientIP?: { timeoutSeconds?: number } };
  internalTrafficPolicy?: string;
  externalTrafficPolicy?: string;
  externalName?: string;
  externalIPs?: string[];
  loadBalancerIP?: string;
  loadBalancerClass?: string;
  loadBalancerSourceRanges?: string[];
  allocateLoadBalancerNodePorts?: boolean;
  healthCheckNodePort?: number;
  publishNotReadyAddresses?: boolean;
  trafficDistribution?: string;
}

export interface Service extends KubernetesObject {
  spec: ServiceSpec;
  status?: { loadBalancer?: { ingress?: { ip?: string; hostname?: string }[] } };
}

export interface Endpoint {
  addresses: string[];
  conditions: { ready: boolean; serving: boolean; terminating: boolean };
  nodeName?: string;
  targetRef?: { kind: string; namespace: string; name: string; uid: string };
}

export interface EndpointSlice extends KubernetesObject {
  addressType: string;
  ports: { name?: string; protocol: string; port: number }[] | null;
  endpoints: Endpoint[];
}

export interface TargetGroupBinding extends KubernetesObject {
  spec: {
    targetGroupARN: string;
    serviceRef: { name: string; port: IntOrString };
    targetType?: string;
    ipAddressType?: string;
    vpcID?: string;
  };
  status?: { observedGeneration?: number };
}
