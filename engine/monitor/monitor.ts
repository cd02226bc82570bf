import type { Callback } from "@pulumi/pulumi/proto/callback_pb";
import { InvokeResponse } from "@pulumi/pulumi/proto/provider_pb";
import { ResourceMonitorService } from "@pulumi/pulumi/proto/resource_grpc_pb";
import pb from "@pulumi/pulumi/proto/resource_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { messageOf } from "../errors";
import type { CheckFailure as Failure } from "../host/provider";
import { isProviderType, packageOf, parseReference } from "../resource/urn";
import { RpcServer } from "../rpc/server";
import { RpcError, STATUS } from "../rpc/status";
import { downgradeOutputs, type PropertyMap } from "../values/value";
import { fromStruct, toStruct } from "../values/wire";
import { registerResource, requireTypeToken } from "./register";
import { callMethod } from "./remote";
import { failureMessages, type Session } from "./session";

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

const shutDown = (): RpcError => new RpcError(STATUS.unavailable, "resource monitor shut down");

/** The gRPC service a program talks to: it registers, reads, invokes and calls. */
export class Monitor {
  private readonly server = new RpcServer();
  private waiting: (() => void) | undefined;
  private readonly open = new Set<(error: Error) => void>();
  private closed = false;
  /** The program has registered everything it wants. */
  onFinished: () => void = () => {};
  constructor(readonly session: Session) {}

  async listen(): Promise<void> {
    const open =
      <Request, Response>(handle: (request: Request) => Response | Promise<Response>) =>
      (request: Request): Promise<Response> =>
        this.guarded(async () => handle(request));
    this.server.add(ResourceMonitorService, {
      supportsFeature: open(async (request: pb.SupportsFeatureRequest) => {
        const response = new pb.SupportsFeatureResponse();
        response.setHassupport(request.getId() in FEATURES);
        return response;
      }),
      getDeploymentInfo: open(async () => this.deploymentInfo()),
      registerResource: open((request: pb.RegisterResourceRequest) =>
        registerResource(this.session, request),
      ),
      registerResourceOutputs: open((request: pb.RegisterResourceOutputsRequest) =>
        this.registerOutputs(request),
      ),
      readResource: open((request: pb.ReadResourceRequest) => this.readResource(request)),
      invoke: open((request: pb.ResourceInvokeRequest) => this.invoke(request)),
      call: open((request: pb.ResourceCallRequest) => callMethod(this.session, request)),
      registerStackTransform: open(async (callback: Callback) => {
        this.session.stackTransforms.push(this.session.callbacks.transform(callback));
        return new Empty();
      }),
      registerStackInvokeTransform: open(async (callback: Callback) => {
        this.session.invokeTransforms.push(this.session.callbacks.invokeTransform(callback));
        return new Empty();
      }),
      registerResourceHook: open(async (request: pb.RegisterResourceHookRequest) => {
        const callback = request.getCallback();
        if (callback)
          this.session.deployment.hooks.register(
            request.getName(),
            this.session.callbacks.resourceHook(callback, request.getOnDryRun(), request.getIgnoreErrors()),
          );
        return new Empty();
      }),
      registerErrorHook: open(async (request: pb.RegisterErrorHookRequest) => {
        const callback = request.getCallback();
        if (callback)
          this.session.deployment.hooks.registerErrorHook(
            request.getName(),
            this.session.callbacks.errorHook(callback),
          );
        return new Empty();
      }),
      registerPackage: open(async () => {
        throw new Error("not supported by the offline engine: parameterized packages; use the Pulumi CLI");
      }),
      signalAndWaitForShutdown: open(
        () =>
          new Promise<Empty>((resolve) => {
            this.waiting = () => resolve(new Empty());
            this.onFinished();
          }),
      ),
    });
    this.session.address = `127.0.0.1:${await this.server.listen()}`;
  }

  /** Requests that are open when the operation ends are refused, so that the program can end. */
  private guarded<T>(work: () => Promise<T>): Promise<T> {
    if (this.closed) return Promise.reject(shutDown());
    return new Promise((resolve, reject) => {
      this.open.add(reject);
      work()
        .then(resolve, reject)
        .finally(() => this.open.delete(reject));
    });
  }

  /** Lets a program that waits for the end go, and refuses everything else. */
  shutdown(): void {
    this.waiting?.();
    this.closed = true;
    for (const reject of this.open) reject(shutDown());
  }
  close(): void {
    this.shutdown();
    this.session.callbacks.close();
    this.server.close();
  }

  private deploymentInfo(): pb.DeploymentInfo {
    const info = new pb.DeploymentInfo();
    const context = this.session.context();
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

  private async registerOutputs(request: pb.RegisterResourceOutputsRequest): Promise<Empty> {
    await new Promise<void>((done) =>
      this.session.emit({
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
    requireTypeToken(type);
    const provider =
      request.getProvider() ||
      (isProviderType(type)
        ? ""
        : await this.session.defaultProviders.reference({
            pkg: packageOf(type),
            version: request.getVersion(),
            downloadUrl: request.getPlugindownloadurl(),
          }));
    if (provider && parseReference(provider).id === "denydefaultprovider")
      throw new Error(`Default provider for '${type}' disabled. '${type}' must use an explicit provider.`);
    const state = await new Promise<import("../resource/state").ResourceState>((done) =>
      this.session.emit({
        kind: "read",
        id: request.getId(),
        name: request.getName(),
        type,
        provider,
        parent: request.getParent(),
        properties: fromStruct(request.getProperties()),
        dependencies: request.getDependenciesList(),
        additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
        sourcePosition: this.session.sourcePosition(request.getSourceposition()),
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

  private async invoke(request: pb.ResourceInvokeRequest): Promise<InvokeResponse> {
    const token = request.getTok();
    let args = fromStruct(request.getArgs());
    let options = new pb.TransformInvokeOptions();
    options.setProvider(request.getProvider());
    options.setVersion(request.getVersion());
    options.setPluginDownloadUrl(request.getPlugindownloadurl());
    for (const transform of this.session.invokeTransforms)
      ({ args, options } = await transform(token, args, options));
    const plugin = await this.session.pluginFor(
      options.getProvider(),
      token,
      options.getVersion(),
      options.getPluginDownloadUrl(),
    );
    let result: { returns: PropertyMap; failures: Failure[] };
    try {
      result = await plugin.invoke(token, args, this.session.deployment.options.dryRun);
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
