import {
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type sendUnaryData,
  status,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { calls, type Session } from "./calls";
import { asServiceError } from "./failure";
import type { Provider } from "./provider";

export interface ProviderServer {
  readonly port: number;
  stop(): Promise<void>;
}

type Handler = (call: ServerUnaryCall<never, unknown>, reply: sendUnaryData<unknown>) => void;

/**
 * Serves a provider on the loopback address by the published gRPC protocol, for `PULUMI_DEBUG_PROVIDERS`.
 *
 * It stays when an engine goes: Cancel ends the calls under way, not the server. Throws when the port is taken.
 */
export async function serveProvider(
  provider: Provider,
  options: { readonly port?: number } = {},
): Promise<ProviderServer> {
  const session: Session = { provider, configurations: new Map(), underWay: new Set() };
  const handlers: UntypedServiceImplementation = {};
  for (const method of Object.keys(ResourceProviderService)) {
    const answer = calls[method];
    const handler: Handler = (call, reply) => {
      if (answer === undefined)
        return reply({
          code: status.UNIMPLEMENTED,
          details: `${provider.name} does not implement ${method}`,
        });
      const controller = new AbortController();
      const entry = { controller };
      session.underWay.add(entry);
      call.on("cancelled", () => controller.abort(new Error("The engine cancelled the call.")));
      answer(session, call.request, { signal: controller.signal, peer: call.getPeer() })
        .then((response) => reply(null, response))
        .catch((problem: unknown) => reply(asServiceError(problem)))
        .finally(() => session.underWay.delete(entry));
    };
    handlers[method] = handler as UntypedServiceImplementation[string];
  }
  const server = new Server({
    // The engine sends whole manifests and states.
    "grpc.max_receive_message_length": -1,
    "grpc.max_send_message_length": -1,
  });
  server.addService(ResourceProviderService, handlers);
  const port = await new Promise<number>((done, fail) => {
    server.bindAsync(
      `127.0.0.1:${options.port ?? 0}`,
      ServerCredentials.createInsecure(),
      (problem, bound) => (problem ? fail(problem) : done(bound)),
    );
  });
  return {
    port,
    async stop() {
      for (const { controller } of session.underWay)
        controller.abort(new Error("The drill cloud is stopping."));
      server.forceShutdown();
    },
  };
}
