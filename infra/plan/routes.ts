import type { Forward, Manifests, ReleasePlan, RoutePlan } from "./types";

/** First priority of customers' rules; those of the preview name come before all of them. */
const CUSTOMERS_FROM = 20_000;
const PREVIEW_FROM = 1_000;
const LENGTHS = 100;
const SLOTS = 100;

/** One rule for each public path of the given releases; each release answers with the module it names for the path. */
export function planRoutes(
  kind: "customers" | "preview",
  releases: readonly ReleasePlan[],
  manifests: Manifests,
  page: boolean,
): RoutePlan[] {
  const priorities = priorityOf(
    Object.values(manifests).flatMap((one) => one.modules.flatMap((module) => module.public)),
  );
  const paths = new Set(releases.flatMap(({ version }) => pathsOf(manifests, version)));
  return [...paths]
    .map((path): RoutePlan => {
      const forwards = page ? [] : releases.flatMap((release) => forwardOf(kind, release, manifests, path));
      const from = kind === "customers" ? CUSTOMERS_FROM : PREVIEW_FROM;
      return { key: keyOf(path), path, priority: from + (priorities.get(path) ?? 0), forwards };
    })
    .filter((route) => page || route.forwards.some(({ weight }) => weight > 0))
    .sort((a, b) => a.priority - b.priority);
}

const pathsOf = (manifests: Manifests, version: string): string[] =>
  manifests[version]?.modules.flatMap((module) => module.public) ?? [];

function forwardOf(
  kind: "customers" | "preview",
  { version, role, weight, services }: ReleasePlan,
  manifests: Manifests,
  path: string,
): Forward[] {
  const module = manifests[version]?.modules.find((one) => one.public.includes(path));
  // A release that is down leaves the rules before its services stop.
  if (module === undefined || services === "off") return [];
  // Public rules do not even name the next release before customers go there; its preview rules keep its targets checked.
  // The old one stays named at 0 percent, so that it can take customers back at once.
  if (kind === "customers" && role === "next" && weight === 0) return [];
  return [{ release: version, module: module.name, weight: kind === "preview" ? 100 : weight }];
}

/** `/api/orders*` becomes `api-orders`, `/*` becomes `root`. */
export const keyOf = (path: string): string =>
  path
    .replace(/[^A-Za-z0-9]+/g, "-")
    .replace(/^-|-$/g, "")
    .toLowerCase() || "root";

/**
 * Priorities that do not move when another path appears: the longer its fixed part, the earlier a path comes; within
 * one length the place comes from the path itself.
 */
function priorityOf(paths: readonly string[]): Map<string, number> {
  const taken = new Map<number, string>();
  for (const path of [...new Set(paths)].sort()) {
    const fixed = Math.min(path.replaceAll("*", "").length, LENGTHS - 1);
    const base = (LENGTHS - fixed) * SLOTS;
    let slot = [...path].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % SLOTS, 7);
    while (taken.has(base + slot)) slot = (slot + 1) % SLOTS;
    taken.set(base + slot, path);
  }
  return new Map([...taken].map(([priority, path]) => [path, priority]));
}
