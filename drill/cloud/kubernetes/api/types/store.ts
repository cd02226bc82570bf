import type { KubernetesObject } from "./meta";

export interface ConfigMap extends KubernetesObject {
  data?: Record<string, string>;
  binaryData?: Record<string, string>;
  immutable?: boolean;
}

export interface Secret extends KubernetesObject {
  data?: Record<string, string>;
  stringData?: Record<string, string>;
  type?: string;
  immutable?: boolean;
}

export interface Namespace extends KubernetesObject {
  spec?: { finalizers?: string[] };
  status?: { phase?: string; conditions?: import("./meta").Condition[] };
}

export interface ResourceQuota extends KubernetesObject {
  spec: {
    hard?: Record<string, string | number>;
    scopes?: string[];
    scopeSelector?: { matchExpressions?: { scopeName: string; operator: string; values?: string[] }[] };
  };
  status?: { hard?: Record<string, string | number>; used?: Record<string, string> };
}

export interface LimitRangeItem {
  type: string;
  max?: Record<string, string | number>;
  min?: Record<string, string | number>;
  default?: Record<string, string | number>;
  defaultRequest?: Record<string, string | number>;
  maxLimitRequestRatio?: Record<string, string | number>;
}

export interface LimitRange extends KubernetesObject {
  spec: { limits: LimitRangeItem[] };
}

export interface PriorityClass extends KubernetesObject {
  value: number;
  globalDefault?: boolean;
  preemptionPolicy?: string;
}
