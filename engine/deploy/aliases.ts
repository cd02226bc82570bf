import type { ResourceState } from "../resource/state";
import { type Alias, makeUrn, parseUrn, ROOT_STACK_TYPE } from "../resource/urn";
import type { Decisions } from "./decisions";

export interface Found {
  old: ResourceState | undefined;
  /** Two resources claim the same old one. */
  invalid: boolean;
  /** The URN the old resource was found under, when it is not the new one. */
  alias: string | undefined;
}

interface Named {
  name: string;
  type: string;
  parent: string;
  aliases: Alias[];
}

/** Finds the old state of a resource under its URN or one of its former ones. */
export function findOld(decisions: Decisions, urn: string, named: Named): Found {
  const { deployment, urns, claimed } = decisions;
  let invalid = false;
  const report = (message: string): void => {
    invalid = true;
    deployment.diagnostics.error(message, urn);
  };
  const previous = claimed.get(urn);
  if (previous !== undefined)
    report(`Duplicate resource URN '${urn}' conflicting with alias on resource with URN '${previous}'`);
  for (const candidate of [urn, ...expand(decisions, named)]) {
    const old = deployment.olds.get(candidate);
    if (!old) continue;
    if (candidate === urn) return { old, invalid, alias: undefined };
    const other = urns.has(candidate) ? urn : claimed.get(candidate);
    if (other !== undefined)
      report(
        `Duplicate resource alias '${candidate}' applied to resource with URN '${urn}' conflicting with resource with URN '${other}'`,
      );
    claimed.set(candidate, urn);
    decisions.aliases.set(urn, candidate);
    deployment.providers.alias(urn, candidate);
    return { old, invalid, alias: candidate };
  }
  return { old: undefined, invalid, alias: undefined };
}

/** Every URN the resource may have had: its own aliases, and those that follow from the parent's. */
function expand(decisions: Decisions, { name, type, parent, aliases }: Named): string[] {
  const own = aliases.map((alias) => urnOf(decisions, alias, name, type, parent));
  const all = new Set(own);
  const parentAlias = parent ? decisions.aliases.get(parent) : undefined;
  if (parentAlias !== undefined) {
    const parentName = parseUrn(parent).name;
    all.add(inherited(type, name, parentName, parentAlias));
    for (const urn of own) {
      const parts = parseUrn(urn);
      all.add(inherited(parts.type, parts.name, parentName, parentAlias));
    }
  }
  return [...all];
}

function urnOf(decisions: Decisions, alias: Alias, name: string, type: string, ownParent: string): string {
  if ("urn" in alias) return alias.urn;
  const { options } = decisions.deployment;
  let parent = alias.parent ? (decisions.aliases.get(alias.parent) ?? alias.parent) : ownParent;
  if (alias.noParent || (parent && parseUrn(parent).qualifiedType === ROOT_STACK_TYPE)) parent = "";
  return makeUrn(
    alias.stack || options.stack,
    alias.project || options.project,
    parent,
    alias.type || type,
    alias.name || name,
  );
}

/** The URN a child had under its parent's old name; `app-bucket` follows when `app` was `shop`. */
function inherited(childType: string, childName: string, parentName: string, parentAlias: string): string {
  const old = parseUrn(parentAlias);
  const name = childName.startsWith(parentName) ? old.name + childName.slice(parentName.length) : childName;
  return makeUrn(old.stack, old.project, parentAlias, childType, name);
}
