import type { AutonamingOptions, Provider } from "../host/provider";
import type { ProviderRegistry } from "../host/registry";
import type { ResourceState } from "../resource/state";
import { isProviderType, parseReference } from "../resource/urn";
import type { PropertyMap } from "../values/value";
import type { Goal } from "./events";
import { DependencyGraph } from "./graph";
import { Hooks } from "./hooks";
import type { Diagnostics, Observer, PolicyViolation } from "./observer";
import type { PendingOperation, SnapshotManager } from "./snapshot";
import type { Step } from "./step";
import type { Targets } from "./targets";

/** A policy pack that is asked about resources. */
export interface Analyzer {
  readonly name: string;
  analyze(resource: AnalyzedResource): Promise<PolicyViolation[]>;
  remediate(resource: AnalyzedResource): Promise<RemediationResult[]>;
  analyzeStack(resources: AnalyzedStackResource[]): Promise<PolicyViolation[]>;
}
export interface AnalyzedResource {
  urn: string;
  type: string;
  name: string;
  properties: PropertyMap;
  state: ResourceState;
  deleteBeforeReplace: boolean | undefined;
  provider: ResourceState | undefined;
}
export type AnalyzedStackResource = AnalyzedResource;
export interface RemediationResult {
  policyName: string;
  policyPackName: string;
  policyPackVersion: string;
  description: string;
  properties: PropertyMap;
  /** Set when the policy could not run; then nothing is changed. */
  diagnostic: string;
}

export interface DeploymentOptions {
  stack: string;
  project: string;
  dryRun: boolean;
  /** How many steps run at the same time. */
  parallel: number;
  mode: "update" | "refresh" | "destroy";
  /** Refresh before the update. */
  refresh: boolean;
  /** Run the program for a refresh or a destroy. */
  runProgram: boolean;
  targets: Targets;
  excludes: Targets;
  replaceTargets: Targets;
  targetDependents: boolean;
  excludeDependents: boolean;
  continueOnError: boolean;
  /** How a resource is to be named, when the stack says so. */
  autoname?:
    | ((urn: string) => { options: AutonamingOptions; deleteBeforeReplace: boolean } | undefined)
    | undefined;
  /** Delete and replace protected resources as well. */
  ignoreProtect?: boolean;
}

/** Everything one operation on a stack shares. */
export class Deployment {
  readonly hooks: Hooks;
  /** States this operation has made or kept, by URN. */
  readonly news = new Map<string, ResourceState>();
  readonly reads = new Map<string, ResourceState>();
  readonly goals = new Map<string, Goal>();
  /** Resources of the last state that are not pending deletion. */
  olds = new Map<string, ResourceState>();
  allOlds = new Map<string, ResourceState[]>();
  graph: DependencyGraph = new DependencyGraph([]);
  /** A failure after a step was done, from a hook: the update fails, the state keeps the step. */
  postStepError: Error | undefined;
  /** Resolves when policy packs can be asked; the program starts meanwhile. */
  ready: Promise<void> = Promise.resolve();

  constructor(
    readonly options: DeploymentOptions,
    /** The state the operation starts from. */
    readonly previous: { resources: ResourceState[]; pending: PendingOperation[] },
    readonly providers: ProviderRegistry,
    /** Empty until the packs have started; `ready` says when. */
    public analyzers: Analyzer[],
    readonly snapshot: SnapshotManager,
    readonly observer: Observer,
    readonly diagnostics: Diagnostics,
  ) {
    this.hooks = new Hooks(options.dryRun, diagnostics);
    this.rebuild(previous.resources);
  }

  /** Makes `resources` the state that registrations are compared with. */
  rebuild(resources: ResourceState[]): void {
    this.previous.resources = resources;
    this.olds = new Map();
    this.allOlds = new Map();
    for (const state of resources) {
      const all = this.allOlds.get(state.urn);
      if (all) all.push(state);
      else this.allOlds.set(state.urn, [state]);
      if (!state.delete) this.olds.set(state.urn, state);
    }
    this.graph = new DependencyGraph(resources);
  }

  /** The provider that works on the resource of a step. */
  providerFor(step: Step): Provider {
    if (isProviderType(step.type)) return this.providers;
    const provider = this.providers.get(step.provider);
    if (!provider) throw new Error(`unknown provider '${step.provider}' for resource '${step.urn}'`);
    return provider;
  }

  /** Loads a provider that is only in the state, not in the program. */
  async ensureProvider(reference: string): Promise<void> {
    if (!reference || this.providers.get(reference)) return;
    const { urn, id } = parseReference(reference);
    const state =
      (this.allOlds.get(urn) ?? []).find((candidate) => candidate.id === id) ?? this.news.get(urn);
    if (!state || state.id !== id) throw new Error(`could not find provider ${reference} in the state`);
    await this.providers.same(state, false);
  }
}
