import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { type ServerUnaryCall, type sendUnaryData, status } from "@grpc/grpc-js";
import type { Callback } from "@pulumi/pulumi/proto/callback_pb";
import { CallResponse, CheckFailure, InvokeResponse } from "@pulumi/pulumi/proto/provider_pb";
import { ResourceMonitorService } from "@pulumi/pulumi/proto/resource_grpc_pb";
import pb from "@pulumi/pulumi/proto/resource_pb";
import type { SourcePosition } from "@pulumi/pulumi/proto/source_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import type { PlainConfig } from "../config/stack-config";
import type { Deployment } from "../deploy/deployment";
import type { Goal, SourceEvent } from "../deploy/events";
import type { Diagnostics } from "../deploy/observer";
import type { RegistrationResult } from "../deploy/step";
import { messageOf } from "../errors";
import { listen, newServer } from "../host/grpc";
import type { CheckFailure as Failure, MonitorContext, ProviderPlugin } from "../host/provider";
import { isProviderType, packageOf, parseReference, typeOf } from "../resource/urn";
import { downgradeOutputs, type PropertyMap } from "../values/value";
import { fromStruct, toStruct } from "../values/wire";
import { Callbacks, type InvokeTransform, type Transform } from "./callbacks";
import { DefaultProviders } from "./default-providers";
import { registerResource } from "./register";
import { callMethod, constructComponent } from "./remote";

const FEATURES: Record<string, number> = {
  secrets: 0,
  resourceReferences: 1,
  outputValues: 2,
  aliasSpecs: 3,
  replacementTrigger: 4,
  deletedWith: 5,
  replaceWith: 6,
  transforms: 7,
  invokeTransforms: 8,
  parameterization: 9,
  resourceHooks: 10,
  errorHooks: 11,
  sendsOptionsToHooks: 12,
};

type StringMap = {
  get(key: string): string | undefined;
  set(key: string, value: string): unknown;
  forEach(each: (value: string, key: string) => void): void;
};

/** The gRPC service a program talks to: it registers, reads, invokes and calls. */
export class Monitor {
  /** What finished registrations asked for, by URN; children inherit from it. */
  readonly goals = new Map<string, Goal>();
  readonly stackTransforms: Transform[] = [];
  private readonly invokeTransforms: InvokeTransform[] = [];
  private readonly transforms = new Map<string, Transform[]>();
  private readonly pendingTransforms = new Map<string, Transform[]>();
  private readonly componentProviders = new Map<string, Map<string, string>>();
  readonly callbacks = new Callbacks();
  readonly defaultProviders: DefaultProviders;
  private readonly server = newServer();
  private port = 0;
  private waiting: (() => void) | undefined;
  private refuse: ((error: Error) => void)[] = [];
  private closed = false;
  /** The program has registered everything it wants. */
  onFinished: () => void = () => {};
  /** A remote component failed; the update cannot go on. */
  onAbort: (error: Error) => void = () => {};

  constructor(
    readonly deployment: Deployment,
    private readonly emit: (event: SourceEvent) => void,
    readonly config: ReadonlyMap<string, PlainConfig>,
    private readonly projectRoot: string,
    readonly diagnostics: Diagnostics,
  ) {
    this.defaultProviders = new DefaultProviders(config, emit, deployment.options);
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  async listen(): Promise<void> {
    const unary =
      <Request, Response>(handle: (request: Request) => Promise<Response>) =>
      (call: ServerUnaryCall<Request, Response>, reply: sendUnaryData<Response>) => {
        this.guarded(() => handle(call.request)).then(
          (response) => reply(null, response),
          (error) =>
            reply({ code: this.closed ? status.UNAVAILABLE : status.UNKNOWN, details: messageOf(error) }),
        );
      };
    this.server.addService(
      ResourceMonitorService as never,
      {
        supportsFeature: unary(async (request: pb.SupportsFeatureRequest) => {
          const response = new pb.SupportsFeatureResponse();
          response.setHassupport(request.getId() in FEATURES);
          return response;
        }),
        getDeploymentInfo: unary(async () => this.deploymentInfo()),
        registerResource: unary((request: pb.RegisterResourceRequest) => registerResource(this, request)),
        registerResourceOutputs: unary((request: pb.RegisterResourceOutputsRequest) =>
          this.registerOutputs(request),
        ),
        readResource: unary((request: pb.ReadResourceRequest) => this.readResource(request)),
        invoke: unary((request: pb.ResourceInvokeRequest) => this.invoke(request)),
        call: unary((request: pb.ResourceCallRequest) => callMethod(this, request)),
        registerStackTransform: unary(async (callback: Callback) => {
          this.stackTransforms.push(this.callbacks.transform(callback));
          return new Empty();
        }),
        registerStackInvokeTransform: unary(async (callback: Callback) => {
          this.invokeTransforms.push(this.callbacks.invokeTransform(callback));
          return new Empty();
        }),
        registerResourceHook: unary(async (request: pb.RegisterResourceHookRequest) => {
          const callback = request.getCallback();
          if (callback)
            this.deployment.hooks.register(
              request.getName(),
              this.callbacks.resourceHook(callback, request.getOnDryRun(), request.getIgnoreErrors()),
            );
          return new Empty();
        }),
        registerErrorHook: unary(async (request: pb.RegisterErrorHookRequest) => {
          const callback = request.getCallback();
          if (callback)
            this.deployment.hooks.registerErrorHook(request.getName(), this.callbacks.errorHook(callback));
          return new Empty();
        }),
        registerPackage: unary(async () => {
          throw new Error("not supported by the offline engine: parameterized packages; use the Pulumi CLI");
        }),
        signalAndWaitForShutdown: unary(
          () =>
            new Promise<Empty>((resolve) => {
              this.waiting = () => resolve(new Empty());
              this.onFinished();
            }),
        ),
      } as never,
    );
    this.port = await listen(this.server);
  }

  /** Requests that are open when the operation ends are refused, so that the program can end. */
  private guarded<T>(work: () => Promise<T>): Promise<T> {
    if (this.closed) return Promise.reject(new Error("resource monitor shut down"));
    return new Promise((resolve, reject) => {
      this.refuse.push(reject);
      work()
        .then(resolve, reject)
        .finally(() => {
          this.refuse = this.refuse.filter((each) => each !== reject);
        });
    });
  }

  /** Lets a program that waits for the end go, and refuses everything else. */
  shutdown(): void {
    this.waiting?.();
    this.closed = true;
    for (const reject of this.refuse) reject(new Error("resource monitor shut down"));
  }
  close(): void {
    this.shutdown();
    this.callbacks.close();
    this.server.forceShutdown();
  }

  private deploymentInfo(): pb.DeploymentInfo {
    const info = new pb.DeploymentInfo();
    const context = this.context();
    info.setProject(context.project);
    info.setStack(context.stack);
    info.setOrganization(context.organization);
    for (const [key, value] of Object.entries(context.config)) info.getConfigMap().set(key, value);
    info.setConfigsecretkeysList(context.configSecretKeys);
    info.setDryrun(context.dryRun);
    info.setParallel(context.parallel);
    info.setSupportedfeaturesList(Object.values(FEATURES));
    return info;
  }

  context(): MonitorContext {
    const { options } = this.deployment;
    return {
      project: options.project,
      stack: options.stack,
      organization: "organization",
      config: Object.fromEntries([...this.config].map(([key, { value }]) => [key, value])),
      configSecretKeys: [...this.config].filter(([, { secret }]) => secret).map(([key]) => key),
      dryRun: options.dryRun,
      parallel: options.parallel,
      monitor: this.address,
    };
  }

  submit(goal: Goal): Promise<RegistrationResult> {
    return new Promise((resolve) => this.emit({ kind: "register", goal, done: resolve }));
  }

  settled(urn: string, goal: Goal, transforms: Transform[], providers: StringMap): void {
    this.goals.set(urn, goal);
    this.transforms.set(urn, transforms);
    if (goal.custom) return;
    const map = new Map<string, string>();
    providers.forEach((reference, pkg) => map.set(pkg, reference));
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

  construct(
    goal: Goal,
    options: pb.TransformResourceOptions,
    provider: string,
    transforms: Transform[],
    response: pb.RegisterResourceResponse,
  ): Promise<void> {
    return constructComponent(this, goal, options, provider, transforms, response);
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

  private async registerOutputs(request: pb.RegisterResourceOutputsRequest): Promise<Empty> {
    await new Promise<void>((done) =>
      this.emit({
        kind: "outputs",
        urn: request.getUrn(),
        outputs: downgradeOutputs(fromStruct(request.getOutputs())) as PropertyMap,
        done,
      }),
    );
    return new Empty();
  }

  private async readResource(request: pb.ReadResourceRequest): Promise<pb.ReadResourceResponse> {
    const type = request.getType();
    const provider =
      this.resolveProvider(request.getProvider(), undefined, request.getParent(), packageOf(type)) ||
      (isProviderType(type)
        ? ""
        : await this.defaultProviders.reference({
            pkg: packageOf(type),
            version: request.getVersion(),
            downloadUrl: request.getPlugindownloadurl(),
          }));
    const state = await new Promise<import("../resource/state").ResourceState>((done) =>
      this.emit({
        kind: "read",
        id: request.getId(),
        name: request.getName(),
        type,
        provider,
        parent: request.getParent(),
        properties: fromStruct(request.getProperties()),
        dependencies: request.getDependenciesList(),
        additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
        sourcePosition: this.sourcePosition(request.getSourceposition()),
        done,
      }),
    );
    const response = new pb.ReadResourceResponse();
    response.setUrn(state.urn);
    response.setProperties(
      toStruct(state.outputs, {
        keepUnknowns: true,
        keepSecrets: request.getAcceptsecrets(),
        keepResources: request.getAcceptresources(),
      }),
    );
    return response;
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

  private async invoke(request: pb.ResourceInvokeRequest): Promise<InvokeResponse> {
    const token = request.getTok();
    let args = fromStruct(request.getArgs());
    let options = new pb.TransformInvokeOptions();
    options.setProvider(request.getProvider());
    options.setVersion(request.getVersion());
    options.setPluginDownloadUrl(request.getPlugindownloadurl());
    for (const transform of this.invokeTransforms)
      ({ args, options } = await transform(token, args, options));
    const plugin = await this.pluginFor(
      options.getProvider(),
      token,
      options.getVersion(),
      options.getPluginDownloadUrl(),
    );
    let result: { returns: PropertyMap; failures: Failure[] };
    try {
      result = await plugin.invoke(token, args, this.deployment.options.dryRun);
    } catch (error) {
      throw new Error(`invocation of ${token} returned an error: ${messageOf(error)}`);
    }
    const response = new InvokeResponse();
    const keepResources = request.getAcceptresources() || token === "pulumi:pulumi:getResource";
    response.setReturn(toStruct(result.returns, { keepUnknowns: true, keepSecrets: true, keepResources }));
    response.setFailuresList(failureMessages(result.failures));
    return response;
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
export { CallResponse };
