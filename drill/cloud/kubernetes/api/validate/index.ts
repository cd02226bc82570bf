import type { ResourceKind } from "../kinds";
import type { TypeSystem } from "../type-system";
import type { KubernetesObject } from "../types/meta";

export function validate(
  _object: KubernetesObject,
  _live: KubernetesObject | undefined,
  _kind: ResourceKind,
  _types: TypeSystem,
  _warnings: string[],
): void {}
