import type { CustomTimeouts, HookKind, ResourceState } from "../resource/state";
import type { Alias } from "../resource/urn";
import type { PropertyMap, Value } from "../values/value";
import type { RegistrationResult } from "./step";

/** What the program wants a resource to be. */
export interface Goal {
  type: string;
  name: string;
  custom: boolean;
  inputs: PropertyMap;
  parent: string;
  protect: boolean | undefined;
  dependencies: string[];
  provider: string;
  propertyDependencies: Record<string, string[]>;
  deleteBeforeReplace: boolean | undefined;
  ignoreChanges: string[];
  additionalSecretOutputs: string[];
  aliases: Alias[];
  /** Import: the id of a resource that exists. */
  id: string;
  customTimeouts: CustomTimeouts;
  replaceOnChanges: string[];
  replacementTrigger: Value;
  retainOnDelete: boolean | undefined;
  hideDiff: string[];
  deletedWith: string;
  replaceWith: string[];
  sourcePosition: string;
  stackTrace: { sourcePosition?: string }[];
  resourceHooks: Partial<Record<HookKind, string[]>>;
}

export interface Registration {
  kind: "register";
  goal: Goal;
  done(result: RegistrationResult): void;
}

export interface ReadRegistration {
  kind: "read";
  id: string;
  name: string;
  type: string;
  provider: string;
  parent: string;
  properties: PropertyMap;
  dependencies: string[];
  additionalSecretOutputs: string[];
  sourcePosition: string;
  done(state: ResourceState): void;
}

export interface OutputsRegistration {
  kind: "outputs";
  urn: string;
  outputs: PropertyMap;
  done(): void;
}

/** Work that goes on once an asynchronous step has answered. */
export interface Continuation {
  kind: "continue";
  urn: string;
  run(): Promise<import("./step").Step[]>;
}

export type SourceEvent = Registration | ReadRegistration | OutputsRegistration | Continuation;

export function goal(fields: Partial<Goal> & Pick<Goal, "type" | "name" | "custom">): Goal {
  return {
    inputs: {},
    parent: "",
    protect: undefined,
    dependencies: [],
    provider: "",
    propertyDependencies: {},
    deleteBeforeReplace: undefined,
    ignoreChanges: [],
    additionalSecretOutputs: [],
    aliases: [],
    id: "",
    customTimeouts: {},
    replaceOnChanges: [],
    replacementTrigger: null,
    retainOnDelete: undefined,
    hideDiff: [],
    deletedWith: "",
    replaceWith: [],
    sourcePosition: "",
    stackTrace: [],
    resourceHooks: {},
    ...fields,
  };
}
