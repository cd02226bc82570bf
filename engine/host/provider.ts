import type { Alias } from "../resource/urn";
import type { PropertyMap } from "../values/value";

export type DiffKind = "add" | "add-replace" | "delete" | "delete-replace" | "update" | "update-replace";
export interface PropertyDiff {
  kind: DiffKind;
  inputDiff: boolean;
}

/** What a change of inputs means for a resource. */
export interface Diff {
  changes: "none" | "some" | "unknown";
  replaceKeys: string[];
  stableKeys: string[];
  changedKeys: string[];
  detailedDiff: Record<string, PropertyDiff> | undefined;
  deleteBeforeReplace: boolean;
}

export const noDiff = (changes: Diff["changes"], replaceKeys: string[] = []): Diff => ({
  changes,
  replaceKeys,
  stableKeys: [],
  changedKeys: [],
  detailedDiff: undefined,
  deleteBeforeReplace: false,
});

export interface CheckFailure {
  property: string;
  reason: string;
}
export interface CheckResult {
  inputs: PropertyMap;
  failures: CheckFailure[];
  /** The stack has a naming rule for the resource that the provider cannot follow. */
  namingUnsupported?: boolean;
}

/** The provider made or changed the resource, but it did not become ready. */
export interface PartialFailure {
  message: string;
  reasons: string[];
}
export interface OperationResult {
  id: string;
  outputs: PropertyMap;
  /** Only from Read: the inputs that describe what was found. */
  inputs?: PropertyMap | undefined;
  partial?: PartialFailure | undefined;
  refreshBeforeUpdate?: boolean;
}

export interface AutonamingOptions {
  proposedName: string;
  mode: "propose" | "enforce" | "disable";
  warnIfNoSupport: boolean;
}

export interface CheckRequest {
  urn: string;
  olds: PropertyMap;
  news: PropertyMap;
  allowUnknowns: boolean;
  randomSeed: Uint8Array;
  autonaming?: AutonamingOptions | undefined;
}
export interface DiffRequest {
  urn: string;
  id: string;
  oldInputs: PropertyMap;
  oldOutputs: PropertyMap;
  newInputs: PropertyMap;
  allowUnknowns: boolean;
  ignoreChanges: string[];
}
export interface CreateRequest {
  urn: string;
  inputs: PropertyMap;
  timeout: number;
  preview: boolean;
}
export interface UpdateRequest {
  urn: string;
  id: string;
  oldInputs: PropertyMap;
  oldOutputs: PropertyMap;
  newInputs: PropertyMap;
  timeout: number;
  ignoreChanges: string[];
  preview: boolean;
}
export interface DeleteRequest {
  urn: string;
  id: string;
  inputs: PropertyMap;
  outputs: PropertyMap;
  timeout: number;
}
export interface ReadRequest {
  urn: string;
  id: string;
  inputs: PropertyMap;
  state: PropertyMap;
  timeout: number;
}
export interface InvokeResult {
  returns: PropertyMap;
  failures: CheckFailure[];
}
export interface CallRequest {
  token: string;
  args: PropertyMap;
  argDependencies: Record<string, string[]>;
  context: MonitorContext;
}
export interface CallResult {
  returns: PropertyMap;
  returnDependencies: Record<string, string[]>;
  failures: CheckFailure[];
}
/** What a provider needs to register resources itself. */
export interface MonitorContext {
  project: string;
  stack: string;
  organization: string;
  config: Record<string, string>;
  configSecretKeys: string[];
  dryRun: boolean;
  parallel: number;
  monitor: string;
}
export interface ConstructRequest {
  type: string;
  name: string;
  parent: string;
  inputs: PropertyMap;
  inputDependencies: Record<string, string[]>;
  providers: Record<string, string>;
  dependencies: string[];
  aliases: Alias[];
  protect: boolean | undefined;
  additionalSecretOutputs: string[];
  customTimeouts: { create: string; update: string; delete: string } | undefined;
  deletedWith: string;
  deleteBeforeReplace: boolean | undefined;
  ignoreChanges: string[];
  replaceOnChanges: string[];
  replaceWith: string[];
  retainOnDelete: boolean | undefined;
  hooks: Partial<Record<string, string[]>>;
  context: MonitorContext;
}
export interface ConstructResult {
  urn: string;
  outputs: PropertyMap;
  outputDependencies: Record<string, string[]>;
}

/** CRUD of custom resources. Failures are thrown; what may be half done comes back as `partial`. */
export interface Provider {
  check(request: CheckRequest): Promise<CheckResult>;
  diff(request: DiffRequest): Promise<Diff>;
  create(request: CreateRequest): Promise<OperationResult>;
  update(request: UpdateRequest): Promise<OperationResult>;
  delete(request: DeleteRequest): Promise<void>;
  read(request: ReadRequest): Promise<OperationResult>;
  invoke(token: string, args: PropertyMap, preview: boolean): Promise<InvokeResult>;
  call(request: CallRequest): Promise<CallResult>;
  construct(request: ConstructRequest): Promise<ConstructResult>;
}

/** A provider as a plugin: its own configuration is checked, compared and set. */
export interface ProviderPlugin extends Provider {
  checkConfig(urn: string, olds: PropertyMap, news: PropertyMap): Promise<CheckResult>;
  diffConfig(request: Omit<DiffRequest, "id">): Promise<Diff>;
  configure(urn: string, id: string, inputs: PropertyMap): Promise<void>;
  cancel(): Promise<void>;
  close(): void;
}

/** The provider's configuration is not known, so it cannot say what would change. */
export class DiffUnavailable extends Error {}

/** True when the change can only be made by replacing the resource. */
export function replaces(diff: Diff): boolean {
  if (diff.replaceKeys.length > 0) return true;
  return Object.values(diff.detailedDiff ?? {}).some(({ kind }) => kind.endsWith("replace"));
}
