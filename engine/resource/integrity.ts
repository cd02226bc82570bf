import type { Deployment } from "./deployment-format";
import { isProviderType, parseReference } from "./urn";

/** What makes a state unusable: references to what is missing or comes later. Empty when it is sound. */
export function verifyDeployment(deployment: Deployment): string[] {
  const problems: string[] = [];
  const seen = new Set<string>();
  const live = new Set<string>();
  const providers = new Set<string>();
  for (const resource of deployment.resources ?? []) {
    const { urn } = resource;
    const need = (kind: string, other: unknown): void => {
      if (typeof other !== "string" || other === "" || seen.has(other)) return;
      const later = (deployment.resources ?? []).some((each) => each.urn === other);
      problems.push(
        later
          ? `${kind} ${other} of resource ${urn} comes after it`
          : `resource ${urn} refers to missing ${kind} ${other}`,
      );
    };
    if (isProviderType(resource.type)) providers.add(`${urn}::${String(resource.id)}`);
    if (typeof resource.provider === "string" && resource.provider && !providers.has(resource.provider)) {
      const { urn: provider } = parseReference(resource.provider);
      problems.push(`resource ${urn} refers to unknown provider ${provider}`);
    }
    need("parent", resource.parent);
    for (const dependency of (resource.dependencies as string[] | undefined) ?? [])
      need("dependency", dependency);
    for (const list of Object.values(
      (resource.propertyDependencies ?? {}) as Record<string, string[] | null>,
    ))
      for (const dependency of list ?? []) need("property dependency", dependency);
    need("deletedWith", resource.deletedWith);
    if (!resource.delete && live.has(urn))
      problems.push(`duplicate resource ${urn} (not marked for deletion)`);
    if (!resource.delete) live.add(urn);
    seen.add(urn);
  }
  return problems;
}
