import { EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb";
import engine from "@pulumi/pulumi/proto/engine_pb";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import provider from "@pulumi/pulumi/proto/provider_pb";
import { ResourceMonitorService } from "@pulumi/pulumi/proto/resource_grpc_pb";
import monitor from "@pulumi/pulumi/proto/resource_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { RpcServer } from "../../engine/rpc/server";

export interface Running {
  address: string;
  stop(): void;
}

/** A provider that does nothing and answers at once. */
export async function startProvider(): Promise<Running> {
  const server = new RpcServer();
  let next = 1;
  server.add(ResourceProviderService, {
    configure: () =>
      new provider.ConfigureResponse()
        .setAcceptsecrets(true)
        .setAcceptresources(true)
        .setSupportspreview(true),
    checkConfig: (request) => new provider.CheckResponse().setInputs(request.getNews()),
    diffConfig: () => new provider.DiffResponse().setChanges(provider.DiffResponse.DiffChanges.DIFF_NONE),
    check: (request) => new provider.CheckResponse().setInputs(request.getNews()),
    diff: () => new provider.DiffResponse().setChanges(provider.DiffResponse.DiffChanges.DIFF_NONE),
    create: (request) => {
      const response = new provider.CreateResponse().setProperties(request.getProperties());
      return request.getPreview() ? response : response.setId(`id-${next++}`);
    },
    delete: () => new Empty(),
    cancel: () => new Empty(),
    attach: () => new Empty(),
  });
  const port = await server.listen();
  return { address: `127.0.0.1:${port}`, stop: () => server.close() };
}

/** A monitor and engine that answer every registration at once: what a program costs without any engine. */
export async function startInstantMonitor(): Promise<Running> {
  const server = new RpcServer();
  server.add(ResourceMonitorService, {
    supportsFeature: () => new monitor.SupportsFeatureResponse().setHassupport(true),
    registerResource: (request: monitor.RegisterResourceRequest) => {
      const response = new monitor.RegisterResourceResponse();
      response.setUrn(`urn:pulumi:dev::bench::${request.getType()}::${request.getName()}`);
      response.setId(`id-${request.getName()}`);
      response.setObject(request.getObject());
      return response;
    },
    registerResourceOutputs: () => new Empty(),
    signalAndWaitForShutdown: () => new Empty(),
  });
  let root = "";
  server.add(EngineService, {
    log: () => new Empty(),
    getRootResource: () => new engine.GetRootResourceResponse().setUrn(root),
    setRootResource: (request: engine.SetRootResourceRequest) => {
      root = request.getUrn();
      return new engine.SetRootResourceResponse();
    },
  });
  const port = await server.listen();
  return { address: `127.0.0.1:${port}`, stop: () => server.close() };
}
