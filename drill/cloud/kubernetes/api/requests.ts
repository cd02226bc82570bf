import type { KubernetesObject } from "./types/meta";

export interface Reference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string | undefined;
}

export interface WriteOptions {
  /** Who writes; decides who owns which fields. Default `unknown`. */
  readonly fieldManager?: string | undefined;
  /** What happens to unknown fields. Default Strict. */
  readonly fieldValidation?: "Strict" | "Warn" | "Ignore" | undefined;
  /** Server-side apply: take over fields that others own. */
  readonly force?: boolean | undefined;
  /** Judge and answer, but keep nothing. */
  readonly dryRun?: boolean | undefined;
}

export type Propagation = "Background" | "Foreground" | "Orphan";

export interface DeleteOptions {
  readonly propagation?: Propagation | undefined;
  /** Pods: seconds they get to stop; 0 removes them at once. Default: what the pod says. */
  readonly gracePeriodSeconds?: number | undefined;
  readonly dryRun?: boolean | undefined;
}

export interface Answer<T = KubernetesObject> {
  readonly status: number;
  readonly object: T;
  readonly warnings: readonly string[];
}
