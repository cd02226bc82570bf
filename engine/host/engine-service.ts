import { EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb";
import pb from "@pulumi/pulumi/proto/engine_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { RpcServer } from "../rpc/server";

export type LogSink = (
  severity: "debug" | "info" | "warning" | "error",
  message: string,
  urn: string,
  ephemeral: boolean,
) => void;

const SEVERITIES = ["debug", "info", "warning", "error"] as const;

/** The gRPC service programs, packs and providers log to. */
export class EngineServer {
  private readonly server = new RpcServer();
  private root = "";
  private port = 0;

  constructor(private readonly log: LogSink) {}

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  async listen(): Promise<void> {
    this.server.add(EngineService, {
      log: (request) => {
        this.log(
          SEVERITIES[request.getSeverity()] ?? "info",
          request.getMessage(),
          request.getUrn(),
          request.getEphemeral(),
        );
        return new Empty();
      },
      getRootResource: () => new pb.GetRootResourceResponse().setUrn(this.root),
      setRootResource: (request) => {
        this.root = request.getUrn();
        return new pb.SetRootResourceResponse();
      },
      startDebugging: () => new Empty(),
      requirePulumiVersion: () => new pb.RequirePulumiVersionResponse(),
    });
    this.port = await this.server.listen();
  }

  close(): void {
    this.server.close();
  }
}
