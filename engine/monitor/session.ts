import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import type { Callback } from "@pulumi/pulumi/proto/callback_pb";
import { CheckFailure } from "@pulumi/pulumi/proto/provider_pb";
import type { SourcePosition } from "@pulumi/pulumi/proto/source_pb";
import { forPrograms } from "../config/merge";
import type { PlainConfig } from "../config/stack-config";
import type { Deployment } from "../deploy/deployment";
import type { Goal, SourceEvent } from "../deploy/events";
import type { Diagnostics } from "../deploy/observer";
import type { RegistrationResult } from "../deploy/step";
import type { CheckFailure as Failure, MonitorContext, ProviderPlugin } from "../host/provider";
import { packageOf, parseReference, typeOf } from "../resource/urn";
import { Callbacks, type InvokeTransform, type Transform } from "./callbacks";
import { DefaultProviders } from "./default-providers";

type StringMap = {
  get(key: string): string | undefined;
  set(key: string, value: string): unknown;
  forEach(each: (value: string, key: string) => void): void;
};

/** What a running program has told so far: registrations, transforms, providers that are handed down. */
export class Session {
  /** What finished registrations asked for, by URN; children inherit from it. */
  readonly goals = new Map<string, Goal>();
  readonly stackTransforms: Transform[] = [];
  readonly invokeTransforms: InvokeTransform[] = [];
  private readonly transforms = new Map<string, Transform[]>();
  private readonly pendingTransforms = new Map<string, Transform[]>();
  private readonly componentProviders = new Map<string, Map<string, string>>();
  readonly callbacks = new Callbacks();
  readonly defaultProviders: DefaultProviders;
  /** Where the monitor listens. */
  address = "";
  /** A remote component failed; the update cannot go on. */
  onAbort: (error: Error) => void = () => {};

  constructor(
    readonly deployment: Deployment,
    readonly emit: (event: SourceEvent) => void,
    readonly config: ReadonlyMap<string, PlainConfig>,
    private readonly projectRoot: string,
    /** Where the program runs; paths of its assets start here. */
    readonly workingDirectory: string,
    readonly diagnostics: Diagnostics,
  ) {
    this.defaultProviders = new DefaultProviders(config, emit, deployment.options);
  }

  context(): MonitorContext {
    const { options } = this.deployment;
    return {
      project: options.project,
      stack: options.stack,
      organization: "organization",
      ...forPrograms(this.config),
      dryRun: options.dryRun,
      parallel: options.parallel,
      monitor: this.address,
    };
  }

  submit(goal: Goal): Promise<RegistrationResult> {
    return new Promise((resolve) => this.emit({ kind: "register", goal, done: resolve }));
  }

  settled(urn: string, goal: Goal, transforms: Transform[], providers: StringMap): void {
    // A remote component registers itself first; that registration is the one its children inherit from.
    if (!this.goals.has(urn)) this.goals.set(urn, goal);
    this.transforms.set(urn, transforms);
    if (goal.custom) return;
    const map = new Map<string, string>();
    providers.forEach((reference, pkg) => {
      map.set(pkg, reference);
    });
    this.componentProviders.set(urn, map);
  }

  /** The transforms of a resource; those of a remote component are kept for when it registers itself. */
  takeTransforms(key: string, callbacks: Callback[], remote: boolean): Transform[] {
    const pending = this.pendingTransforms.get(key);
    if (pending) {
      this.pendingTransforms.delete(key);
      return pending;
    }
    const own = callbacks.map((callback) => this.callbacks.transform(callback));
    if (remote && own.length > 0) this.pendingTransforms.set(key, own);
    return own;
  }
  transformsAbove(parent: string): Transform[] {
    const found: Transform[] = [];
    for (let urn = parent; urn; urn = this.goals.get(urn)?.parent ?? "")
      found.push(...(this.transforms.get(urn) ?? []));
    return found;
  }

  /** The provider of a resource: its own, one from its list, or one that its parents hand down. */
  resolveProvider(provider: string, providers: StringMap | undefined, parent: string, pkg: string): string {
    if (provider) return provider;
    const listed = providers?.get(pkg);
    if (listed) return listed;
    if (!parent) return "";
    const inherited = this.componentProviders.get(parent)?.get(pkg);
    if (inherited) return inherited;
    return "";
  }
  inheritProviders(providers: StringMap, parent: string, custom: boolean): void {
    if (custom || !parent) return;
    for (const [pkg, reference] of this.componentProviders.get(parent) ?? [])
      if (providers.get(pkg) === undefined) providers.set(pkg, reference);
  }

  sourcePosition(position: SourcePosition | undefined): string {
    if (!position) return "";
    try {
      const file = relative(this.projectRoot, fileURLToPath(position.getUri()));
      const column = position.getColumn();
      return `project:///${file}#${position.getLine()}${column ? `,${column}` : ""}`;
    } catch {
      return "";
    }
  }

  /** The plugin for an invoke or a call. */
  async pluginFor(
    reference: string,
    token: string,
    version: string,
    downloadUrl: string,
  ): Promise<ProviderPlugin> {
    const found =
      reference || (await this.defaultProviders.reference({ pkg: packageOf(token), version, downloadUrl }));
    const { urn, id } = parseReference(found);
    if (id === "denydefaultprovider")
      throw new Error(
        `Default provider for '${packageOf(typeOf(urn))}' disabled. '${token}' must use an explicit provider.`,
      );
    const plugin = this.deployment.providers.plugin(found);
    if (!plugin) throw new Error(`unknown provider '${reference}' -> '${found}'`);
    return plugin;
  }
}

export function failureMessages(failures: Failure[]): CheckFailure[] {
  return failures.map(({ property, reason }) => {
    const message = new CheckFailure();
    message.setProperty(property);
    message.setReason(reason);
    return message;
  });
}
