import { randomUUID } from "node:crypto";
import type { ResourceState } from "../resource/state";
import { nameOf, packageOf, typeOf } from "../resource/urn";
import { deepEquals, type PropertyMap, UNKNOWN } from "../values/value";
import {
  type CallResult,
  type CheckRequest,
  type CheckResult,
  type ConstructResult,
  type CreateRequest,
  type DeleteRequest,
  type Diff,
  type DiffRequest,
  DiffUnavailable,
  type InvokeResult,
  type OperationResult,
  type Provider,
  type ProviderPlugin,
  type UpdateRequest,
} from "./provider";

/** Where plugins are found. */
export interface PluginLoader {
  /** @throws Error saying how a plugin is made available */
  load(pkg: string, version: string | undefined): Promise<ProviderPlugin>;
  cancelAll(): Promise<void>;
  closeAll(): void;
}

/** Settings that the engine itself keeps in a provider's inputs; plugins do not see them. */
const INTERNAL = "__internal";

export function visibleConfig(inputs: PropertyMap): PropertyMap {
  const { [INTERNAL]: _internal, ...visible } = inputs;
  return visible;
}

const UNCONFIGURED = "unconfigured";

/** All providers of an operation, by reference; also does create, update and delete of provider resources. */
export class ProviderRegistry implements Provider {
  private readonly plugins = new Map<string, ProviderPlugin>();
  private readonly aliases = new Map<string, string>();

  constructor(
    private readonly loader: PluginLoader,
    /** The engine's own resources, package "pulumi". */
    private readonly builtin: ProviderPlugin,
  ) {}

  get(reference: string): Provider | undefined {
    return this.plugin(reference);
  }
  plugin(reference: string): ProviderPlugin | undefined {
    return this.plugins.get(reference);
  }
  /** The provider is known under an old URN as well. */
  alias(urn: string, oldUrn: string): void {
    this.aliases.set(urn, oldUrn);
  }

  private set(urn: string, id: string, plugin: ProviderPlugin): void {
    this.plugins.set(`${urn}::${id}`, plugin);
    const alias = this.aliases.get(urn);
    if (alias) this.plugins.set(`${alias}::${id}`, plugin);
  }
  private take(urn: string, id: string): ProviderPlugin | undefined {
    const key = `${urn}::${id}`;
    const plugin = this.plugins.get(key);
    this.plugins.delete(key);
    return plugin;
  }
  private load(urn: string, inputs: PropertyMap): Promise<ProviderPlugin> {
    const pkg = packageOf(typeOf(urn));
    if (pkg === "pulumi") return Promise.resolve(this.builtin);
    return this.loader.load(pkg, typeof inputs.version === "string" ? inputs.version : undefined);
  }

  async check(request: CheckRequest): Promise<CheckResult> {
    const plugin = await this.load(request.urn, request.news);
    const checked = await plugin.checkConfig(
      request.urn,
      visibleConfig(request.olds),
      visibleConfig(request.news),
    );
    if (checked.failures.length > 0) return checked;
    this.set(request.urn, UNCONFIGURED, plugin);
    const inputs = { ...checked.inputs };
    if (request.news.version !== undefined) inputs.version ??= request.news.version;
    if (request.news[INTERNAL] !== undefined) inputs[INTERNAL] = request.news[INTERNAL];
    return { inputs, failures: [] };
  }

  async diff(request: DiffRequest): Promise<Diff> {
    const plugin =
      this.plugins.get(`${request.urn}::${UNCONFIGURED}`) ??
      this.plugins.get(`${request.urn}::${request.id}`);
    if (!plugin) throw new DiffUnavailable(`provider ${request.urn} is not loaded`);
    const newInputs = visibleConfig(request.newInputs);
    const diff = await plugin.diffConfig({
      ...request,
      oldInputs: visibleConfig(request.oldInputs),
      newInputs,
    });
    if (diff.changes !== "unknown") return diff;
    return { ...diff, changes: deepEquals(request.oldOutputs, newInputs) ? "none" : "some" };
  }

  /** Makes a provider that did not change ready for its resources. */
  async same(state: ResourceState, checked: boolean): Promise<void> {
    if (!state.id || state.id === UNKNOWN) throw new Error(`provider '${state.urn}' has an unknown ID`);
    if (this.plugins.has(`${state.urn}::${state.id}`)) return;
    const plugin =
      (checked ? this.take(state.urn, UNCONFIGURED) : undefined) ??
      (await this.load(state.urn, state.inputs));
    await plugin.configure(state.urn, state.id, visibleConfig(state.inputs));
    if (!this.plugins.has(`${state.urn}::${state.id}`)) this.set(state.urn, state.id, plugin);
  }

  async create(request: CreateRequest): Promise<OperationResult> {
    const plugin = this.take(request.urn, UNCONFIGURED) ?? (await this.load(request.urn, request.inputs));
    const id = request.preview ? UNKNOWN : randomUUID();
    const outputs = visibleConfig(request.inputs);
    await plugin.configure(request.urn, id, outputs);
    this.set(request.urn, id, plugin);
    return { id, outputs };
  }

  async update(request: UpdateRequest): Promise<OperationResult> {
    const plugin = this.take(request.urn, UNCONFIGURED) ?? (await this.load(request.urn, request.newInputs));
    const outputs = visibleConfig(request.newInputs);
    await plugin.configure(request.urn, request.id, outputs);
    this.set(request.urn, request.id, plugin);
    return { id: request.id, outputs };
  }

  async delete(request: DeleteRequest): Promise<void> {
    this.take(request.urn, request.id);
  }

  read(): Promise<OperationResult> {
    return Promise.reject(new Error("provider resources may not be read"));
  }
  invoke(): Promise<InvokeResult> {
    return Promise.reject(new Error("the provider registry is not invokable"));
  }
  call(): Promise<CallResult> {
    return Promise.reject(new Error("the provider registry is not callable"));
  }
  construct(): Promise<ConstructResult> {
    return Promise.reject(new Error("provider resources may not be constructed"));
  }

  /** The name of the default provider of a package at a version. */
  static defaultName(version: string | undefined): string {
    return version ? `default_${version.replace(/[.+-]/g, "_")}` : "default";
  }
  static nameOf = nameOf;
}
