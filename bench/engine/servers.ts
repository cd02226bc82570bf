import type { ServerUnaryCall, sendUnaryData } from "@grpc/grpc-js";
import { EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb";
import engine from "@pulumi/pulumi/proto/engine_pb";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import provider from "@pulumi/pulumi/proto/provider_pb";
import { ResourceMonitorService } from "@pulumi/pulumi/proto/resource_grpc_pb";
import monitor from "@pulumi/pulumi/proto/resource_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { listen, newServer } from "../../engine/host/grpc";

type Handler<Request, Response> = (request: Request) => Response;
const unary =
  <Request, Response>(handle: Handler<Request, Response>) =>
  (call: ServerUnaryCall<Request, Response>, reply: sendUnaryData<Response>) =>
    reply(null, handle(call.request));

export interface Running {
  address: string;
  stop(): void;
}

/** A provider that does nothing and answers at once. */
export async function startProvider(): Promise<Running> {
  const server = newServer();
  let next = 1;
  const accepted = (response: provider.ConfigureResponse): provider.ConfigureResponse => {
    response.setAcceptsecrets(true);
    response.setAcceptresources(true);
    response.setSupportspreview(true);
    return response;
  };
  server.addService(
    ResourceProviderService as never,
    {
      configure: unary(() => accepted(new provider.ConfigureResponse())),
      checkConfig: unary((request: provider.CheckRequest) =>
        new provider.CheckResponse().setInputs(request.getNews()),
      ),
      diffConfig: unary(() =>
        new provider.DiffResponse().setChanges(provider.DiffResponse.DiffChanges.DIFF_NONE),
      ),
      check: unary((request: provider.CheckRequest) =>
        new provider.CheckResponse().setInputs(request.getNews()),
      ),
      diff: unary(() => new provider.DiffResponse().setChanges(provider.DiffResponse.DiffChanges.DIFF_NONE)),
      create: unary((request: provider.CreateRequest) => {
        const response = new provider.CreateResponse().setProperties(request.getProperties());
        return request.getPreview() ? response : response.setId(`id-${next++}`);
      }),
      delete: unary(() => new Empty()),
      cancel: unary(() => new Empty()),
      attach: unary(() => new Empty()),
    } as never,
  );
  const port = await listen(server);
  return { address: `127.0.0.1:${port}`, stop: () => server.forceShutdown() };
}

/** A monitor and engine that answer every registration at once: what a program costs without any engine. */
export async function startInstantMonitor(): Promise<Running> {
  const server = newServer();
  server.addService(
    ResourceMonitorService as never,
    {
      supportsFeature: unary(() => new monitor.SupportsFeatureResponse().setHassupport(true)),
      registerResource: unary((request: monitor.RegisterResourceRequest) => {
        const response = new monitor.RegisterResourceResponse();
        response.setUrn(`urn:pulumi:dev::bench::${request.getType()}::${request.getName()}`);
        response.setId(`id-${request.getName()}`);
        response.setObject(request.getObject());
        return response;
      }),
      registerResourceOutputs: unary(() => new Empty()),
      signalAndWaitForShutdown: unary(() => new Empty()),
    } as never,
  );
  let root = "";
  server.addService(
    EngineService as never,
    {
      log: unary(() => new Empty()),
      getRootResource: unary(() => new engine.GetRootResourceResponse().setUrn(root)),
      setRootResource: unary((request: engine.SetRootResourceRequest) => {
        root = request.getUrn();
        return new engine.SetRootResourceResponse();
      }),
    } as never,
  );
  const port = await listen(server);
  return { address: `127.0.0.1:${port}`, stop: () => server.forceShutdown() };
}
