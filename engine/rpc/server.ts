import {
  createServer,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from "node:http2";
import type { AddressInfo, Socket } from "node:net";
import { escapeMessage, frame, unframe } from "./frame";
import { requestIn } from "./messages";
import { RpcError, rpcMessage, STATUS } from "./status";

const WINDOW = 4 * 1024 * 1024;
const HEADERS = { ":status": 200, "content-type": "application/grpc" };

interface ServedMethod {
  readonly path: string;
  readonly requestDeserialize: (bytes: Buffer) => unknown;
  readonly responseSerialize: (response: never) => Buffer;
}
type RequestOf<M> = M extends { requestDeserialize: (bytes: Buffer) => infer Request } ? Request : never;
type ResponseOf<M> = M extends { responseSerialize: (response: infer Response) => Buffer } ? Response : never;

/** Functions for some methods of a generated service definition; what is missing is answered with «unimplemented». */
export type Handlers<Service> = {
  [Name in keyof Service]?: (
    request: RequestOf<Service[Name]>,
  ) => ResponseOf<Service[Name]> | Promise<ResponseOf<Service[Name]>>;
};
type Handler = { method: ServedMethod; handle: (request: unknown) => unknown };

/** Serves unary gRPC methods on a free loopback port, over node's HTTP/2. */
export class RpcServer {
  private readonly handlers = new Map<string, Handler>();
  private readonly sessions = new Set<ServerHttp2Session>();
  private readonly server = createServer({ settings: { initialWindowSize: WINDOW } });

  add<Service extends object>(service: Service, handlers: Handlers<Service>): void {
    for (const [name, handle] of Object.entries(handlers)) {
      const method = (service as Record<string, ServedMethod>)[name];
      if (method && handle)
        this.handlers.set(method.path, { method, handle: handle as (request: unknown) => unknown });
    }
  }

  /** @returns the port */
  listen(): Promise<number> {
    this.server.on("connection", (socket: Socket) => socket.setNoDelay(true));
    this.server.on("session", (session) => {
      session.setLocalWindowSize(WINDOW);
      this.sessions.add(session);
      session.once("close", () => this.sessions.delete(session));
      session.on("error", () => session.destroy());
    });
    this.server.on("stream", (stream, headers) => this.serve(stream, headers));
    return new Promise((resolve, reject) => {
      this.server.once("error", reject);
      this.server.listen(0, "127.0.0.1", () => resolve((this.server.address() as AddressInfo).port));
    });
  }

  /** Ends all connections at once. */
  close(): void {
    this.server.close();
    for (const session of this.sessions) session.destroy();
  }

  private serve(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
    const chunks: Buffer[] = [];
    // A caller that goes away needs no answer.
    stream.on("error", () => undefined);
    stream.on("data", (chunk: Buffer) => chunks.push(chunk));
    stream.on("end", () => {
      const path = headers[":path"] ?? "";
      const handler = this.handlers.get(path);
      if (!handler) return refuse(stream, new RpcError(STATUS.unimplemented, `unknown method ${path}`));
      void answer(stream, handler, chunks);
    });
  }
}

async function answer(
  stream: ServerHttp2Stream,
  { method, handle }: Handler,
  chunks: Buffer[],
): Promise<void> {
  try {
    const request = requestIn(unframe(chunks) as Buffer, method);
    const bytes = frame(method.responseSerialize((await handle(request)) as never));
    if (stream.destroyed || stream.closed) return;
    stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
    stream.respond(HEADERS, { waitForTrailers: true });
    stream.end(bytes);
  } catch (error) {
    refuse(stream, error);
  }
}

function refuse(stream: ServerHttp2Stream, error: unknown): void {
  if (stream.destroyed || stream.closed) return;
  const code = error instanceof RpcError ? error.code : STATUS.unknown;
  stream.respond(
    { ...HEADERS, "grpc-status": String(code), "grpc-message": escapeMessage(rpcMessage(error)) },
    { endStream: true },
  );
}
