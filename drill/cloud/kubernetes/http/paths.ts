import type { Kinds, ResourceKind } from "../api/kinds";

export interface ResourcePath {
  readonly kind: ResourceKind;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly subresource: string | undefined;
}

/** `/api/v1/…` and `/apis/GROUP/VERSION/…`; undefined when the path names no resource the cluster has. */
export function parsePath(path: string, kinds: Kinds): ResourcePath | undefined {
  const parts = path
    .split("/")
    .filter((part) => part !== "")
    .map(decodeURIComponent);
  const core = parts[0] === "api";
  if (!core && parts[0] !== "apis") return undefined;
  const [group = "", version = "", ...rest] = core ? ["", ...parts.slice(1)] : parts.slice(1);
  // `namespaces/NAME/PLURAL` lists in a namespace; `namespaces/NAME` alone is the namespace itself.
  const inNamespace =
    rest[0] === "namespaces" && rest.length > 2 && !["status", "finalize"].includes(rest[2] ?? "");
  const namespace = inNamespace ? rest[1] : undefined;
  const [plural = "", name, subresource] = inNamespace ? rest.slice(2) : rest;
  const kind = kinds.byPlural(group, version, plural);
  return kind === undefined ? undefined : { kind, namespace, name, subresource };
}
