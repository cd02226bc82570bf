import { apiVersionOf, type Kinds } from "../api/kinds";

/** What a client asks first: versions, groups, and the resources of a group; undefined for any other path. */
export function discovery(path: string, kinds: Kinds): object | undefined {
  const groups = [...new Set(kinds.all().map(({ group }) => group))].filter((group) => group !== "");
  switch (path.replace(/\/$/, "")) {
    case "/version":
      return { major: "1", minor: "34", gitVersion: "v1.34.0", platform: "drill" };
    case "/healthz":
    case "/readyz":
      return { status: "ok" };
    case "/api":
      return { kind: "APIVersions", versions: ["v1"] };
    case "/apis":
      return { kind: "APIGroupList", apiVersion: "v1", groups: groups.map((group) => groupOf(group, kinds)) };
    default:
  }
  const match = /^\/(?:api|apis\/([^/]+))\/([^/]+)\/?$/.exec(path);
  if (match === null) return undefined;
  const [, group = "", version = ""] = match;
  if (!kinds.hasGroupVersion(group, version)) return undefined;
  const resources = kinds
    .all()
    .filter((kind) => kind.group === group && kind.version === version)
    .map(({ plural, kind, namespaced }) => ({
      name: plural,
      singularName: kind.toLowerCase(),
      namespaced,
      kind,
      verbs: ["create", "delete", "get", "list", "patch", "update"],
    }));
  return {
    kind: "APIResourceList",
    apiVersion: "v1",
    groupVersion: apiVersionOf({ group, version }),
    resources,
  };
}

function groupOf(group: string, kinds: Kinds): object {
  const versions = [
    ...new Set(
      kinds
        .all()
        .filter((kind) => kind.group === group)
        .map(({ version }) => version),
    ),
  ].map((version) => ({
    groupVersion: `${group}/${version}`,
    version,
  }));
  return { name: group, versions, preferredVersion: versions[0] };
}
