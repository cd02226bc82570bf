import type { ServerUnaryCall, sendUnaryData } from "@grpc/grpc-js";
import { EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb";
import pb from "@pulumi/pulumi/proto/engine_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { listen, newServer } from "./grpc";

export type LogSink = (
  severity: "debug" | "info" | "warning" | "error",
  message: string,
  urn: string,
  ephemeral: boolean,
) => void;

const SEVERITIES = ["debug", "info", "warning", "error"] as const;

/** The gRPC service programs, packs and providers log to. */
export class EngineServer {
  private readonly server = newServer();
  private root = "";
  private port = 0;

  constructor(private readonly log: LogSink) {}

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  async listen(): Promise<void> {
    type Reply<T> = sendUnaryData<T>;
    this.server.addService(
      EngineService as never,
      {
        log: (call: ServerUnaryCall<pb.LogRequest, Empty>, reply: Reply<Empty>) => {
          const { request } = call;
          this.log(
            SEVERITIES[request.getSeverity()] ?? "info",
            request.getMessage(),
            request.getUrn(),
            request.getEphemeral(),
          );
          reply(null, new Empty());
        },
        getRootResource: (_call: unknown, reply: Reply<pb.GetRootResourceResponse>) => {
          const response = new pb.GetRootResourceResponse();
          response.setUrn(this.root);
          reply(null, response);
        },
        setRootResource: (
          call: ServerUnaryCall<pb.SetRootResourceRequest, pb.SetRootResourceResponse>,
          reply: Reply<pb.SetRootResourceResponse>,
        ) => {
          this.root = call.request.getUrn();
          reply(null, new pb.SetRootResourceResponse());
        },
        startDebugging: (_call: unknown, reply: Reply<Empty>) => reply(null, new Empty()),
        requirePulumiVersion: (_call: unknown, reply: Reply<pb.RequirePulumiVersionResponse>) =>
          reply(null, new pb.RequirePulumiVersionResponse()),
      } as never,
    );
    this.port = await listen(this.server);
  }

  close(): void {
    this.server.forceShutdown();
  }
}
