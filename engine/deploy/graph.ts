import type { ResourceState } from "../resource/state";
import { dependenciesOf, providerUrnOf } from "../resource/state";

/** Who needs whom in a list of resources in which everything comes after what it needs. */
export class DependencyGraph {
  private readonly position = new Map<ResourceState, number>();
  private readonly byUrn = new Map<string, ResourceState[]>();
  private readonly aliases = new Map<ResourceState, ResourceState>();
  private children: Map<string, ResourceState[]> | undefined;

  constructor(readonly resources: readonly ResourceState[]) {
    resources.forEach((resource, i) => {
      this.position.set(resource, i);
      const same = this.byUrn.get(resource.urn);
      if (same) same.push(resource);
      else this.byUrn.set(resource.urn, [resource]);
    });
  }

  /** `state` stands for `original`, for example after a refresh. */
  alias(state: ResourceState, original: ResourceState): void {
    this.aliases.set(state, original);
  }
  private original(state: ResourceState): ResourceState {
    return this.aliases.get(state) ?? state;
  }
  contains(state: ResourceState): boolean {
    return this.position.has(this.original(state));
  }

  /**
   * Everything that depends on `root`, directly or not, in dependency order: through dependencies, providers and
   * deletedWith; children only when asked. URNs in `ignore` are skipped, with what depends on them alone.
   */
  dependingOn(root: ResourceState, ignore: ReadonlySet<string>, includeChildren: boolean): ResourceState[] {
    const start = this.position.get(this.original(root));
    if (start === undefined) return [];
    const found: ResourceState[] = [];
    const set = new Set([root.urn]);
    const depends = (candidate: ResourceState): boolean => {
      if (ignore.has(candidate.urn)) return false;
      if (includeChildren && set.has(candidate.parent)) return true;
      if (candidate.dependencies.some((urn) => set.has(urn))) return true;
      if (candidate.deletedWith && set.has(candidate.deletedWith)) return true;
      if (candidate.replaceWith.some((urn) => set.has(urn))) return true;
      for (const urns of Object.values(candidate.propertyDependencies))
        if (urns.some((urn) => set.has(urn))) return true;
      return candidate.provider !== "" && set.has(providerUrnOf(candidate));
    };
    for (let i = start + 1; i < this.resources.length; i++) {
      const candidate = this.resources[i] as ResourceState;
      if (!depends(candidate)) continue;
      found.push(candidate);
      set.add(candidate.urn);
    }
    return found;
  }

  /** What the resource needs directly, parent and provider included; a component stands for all below it. */
  dependenciesOf(state: ResourceState): Set<ResourceState> {
    const resource = this.original(state);
    const end = this.position.get(resource) ?? 0;
    const needed = new Set<ResourceState>();
    const earlier = (candidate: ResourceState): boolean => (this.position.get(candidate) ?? end) < end;
    const addAll = (urn: string, withChildren: boolean): void => {
      for (const found of this.byUrn.get(urn) ?? []) {
        if (!earlier(found)) continue;
        needed.add(found);
        if (withChildren && !found.custom)
          for (const child of this.below(urn)) if (earlier(child)) needed.add(child);
      }
    };
    for (const urn of dependenciesOf(resource)) if (urn !== resource.parent) addAll(urn, true);
    if (resource.parent) addAll(resource.parent, resource.dependencies.includes(resource.parent));
    if (resource.provider) addAll(providerUrnOf(resource), false);
    return needed;
  }

  transitiveDependenciesOf(state: ResourceState): Set<ResourceState> {
    const all = new Set<ResourceState>();
    const open = [this.original(state)];
    for (let next = open.pop(); next; next = open.pop())
      for (const needed of this.dependenciesOf(next)) {
        if (all.has(needed)) continue;
        all.add(needed);
        open.push(needed);
      }
    return all;
  }

  /** Children, their children, and so on. */
  private below(urn: string): ResourceState[] {
    if (!this.children) {
      this.children = new Map();
      for (const resource of this.resources) {
        if (!resource.parent) continue;
        const list = this.children.get(resource.parent);
        if (list) list.push(resource);
        else this.children.set(resource.parent, [resource]);
      }
    }
    const children = this.children.get(urn) ?? [];
    return children.flatMap((child) => [child, ...(child.urn === urn ? [] : this.below(child.urn))]);
  }
}
