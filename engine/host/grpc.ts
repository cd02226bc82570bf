import {
  type ChannelOptions,
  credentials,
  type Metadata,
  Server,
  ServerCredentials,
  type ServiceError,
  status,
} from "@grpc/grpc-js";

/** Property bags may be large; the CLI allows 400 MiB as well. */
export const CHANNEL_OPTIONS: ChannelOptions = {
  "grpc.max_receive_message_length": 400 * 1024 * 1024,
  "grpc.max_send_message_length": 400 * 1024 * 1024,
};

/** Wraps a generated client so that each call is a promise. */
export class Rpc<Client> {
  readonly client: Client;

  constructor(
    make: new (
      address: string,
      creds: ReturnType<typeof credentials.createInsecure>,
      options: ChannelOptions,
    ) => Client,
    readonly address: string,
  ) {
    this.client = new make(address, credentials.createInsecure(), CHANNEL_OPTIONS);
  }

  call<Request, Response>(
    method: (request: Request, callback: (error: ServiceError | null, response: Response) => void) => unknown,
    request: Request,
  ): Promise<Response> {
    return new Promise((resolve, reject) => {
      method.call(this.client, request, (error, response) => (error ? reject(error) : resolve(response)));
    });
  }

  close(): void {
    (this.client as { close?(): void }).close?.();
  }
}

export interface RpcError extends Error {
  code: status;
  details: string;
  metadata: Metadata;
}

export const isRpcError = (error: unknown): error is RpcError =>
  error instanceof Error && typeof (error as RpcError).code === "number" && "details" in error;

export const isUnimplemented = (error: unknown): boolean =>
  isRpcError(error) && error.code === status.UNIMPLEMENTED;

/** The server's own message, without grpc's code in front. */
export const rpcMessage = (error: unknown): string =>
  isRpcError(error) ? error.details || error.message : error instanceof Error ? error.message : String(error);

/** Starts a server on a free loopback port. */
export function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) =>
      error ? reject(error) : resolve(port),
    );
  });
}

export const newServer = (): Server => new Server(CHANNEL_OPTIONS);
