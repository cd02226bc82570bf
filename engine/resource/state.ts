import type { PropertyMap, Value } from "../values/value";
import { parseReference } from "./urn";

/** Timeouts in seconds. */
export interface CustomTimeouts {
  create?: number;
  update?: number;
  delete?: number;
  read?: number;
}

export type HookKind =
  | "BeforeCreate"
  | "AfterCreate"
  | "BeforeUpdate"
  | "AfterUpdate"
  | "BeforeDelete"
  | "AfterDelete"
  | "OnError";

/** What the engine knows about one resource; the content of the deployment format, decrypted. */
export interface ResourceState {
  urn: string;
  type: string;
  custom: boolean;
  /** To be deleted at the end of the update, because a replacement exists. */
  delete: boolean;
  id: string;
  inputs: PropertyMap;
  outputs: PropertyMap;
  parent: string;
  protect: boolean;
  taint: boolean;
  /** Read, not managed. */
  external: boolean;
  dependencies: string[];
  initErrors: string[];
  provider: string;
  propertyDependencies: Record<string, string[]>;
  /** Already deleted, its replacement not yet created. */
  pendingReplacement: boolean;
  additionalSecretOutputs: string[];
  aliases: string[];
  customTimeouts: CustomTimeouts;
  importId: string;
  retainOnDelete: boolean;
  deletedWith: string;
  replaceWith: string[];
  created: string | undefined;
  modified: string | undefined;
  sourcePosition: string;
  stackTrace: { sourcePosition?: string }[];
  ignoreChanges: string[];
  hideDiff: (string | number)[][];
  replaceOnChanges: string[];
  replacementTrigger: Value;
  refreshBeforeUpdate: boolean;
  resourceHooks: Partial<Record<HookKind, string[]>>;
  /** Fields of the deployment format this engine does not use; they are kept. */
  extra: Record<string, unknown>;
}

export function newState(
  fields: Partial<ResourceState> & Pick<ResourceState, "urn" | "type" | "custom">,
): ResourceState {
  return {
    delete: false,
    id: "",
    inputs: {},
    outputs: {},
    parent: "",
    protect: false,
    taint: false,
    external: false,
    dependencies: [],
    initErrors: [],
    provider: "",
    propertyDependencies: {},
    pendingReplacement: false,
    additionalSecretOutputs: [],
    aliases: [],
    customTimeouts: {},
    importId: "",
    retainOnDelete: false,
    deletedWith: "",
    replaceWith: [],
    created: undefined,
    modified: undefined,
    sourcePosition: "",
    stackTrace: [],
    ignoreChanges: [],
    hideDiff: [],
    replaceOnChanges: [],
    replacementTrigger: null,
    refreshBeforeUpdate: false,
    resourceHooks: {},
    extra: {},
    ...fields,
  };
}

/** URNs of everything the resource needs: parent, dependencies, deletedWith, replaceWith; not the provider. */
export function dependenciesOf(state: ResourceState): string[] {
  const all = new Set<string>();
  if (state.parent) all.add(state.parent);
  for (const urn of state.dependencies) if (urn) all.add(urn);
  for (const urns of Object.values(state.propertyDependencies)) for (const urn of urns) if (urn) all.add(urn);
  if (state.deletedWith) all.add(state.deletedWith);
  for (const urn of state.replaceWith) if (urn) all.add(urn);
  return [...all];
}

/** The URN of the provider resource, or "" for components and providers. */
export function providerUrnOf(state: ResourceState): string {
  return state.provider ? parseReference(state.provider).urn : "";
}
