import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  type IncomingHttpHeaders,
} from "node:http2";
import { connect as connectSocket } from "node:net";
import { frame, unescapeMessage, unframe } from "./frame";
import { responseIn } from "./messages";
import { RpcError, STATUS } from "./status";

/** Property bags may be large: a window that holds most answers keeps them from waiting for credit. */
const WINDOW = 4 * 1024 * 1024;

/** One method of a generated service definition. */
export interface Method<Request, Response> {
  readonly path: string;
  readonly requestSerialize: (request: Request) => Buffer;
  readonly responseDeserialize: (bytes: Buffer) => Response;
}

/**
 * Calls the methods of one service at one address. It speaks gRPC over node's HTTP/2 directly: an update makes
 * thousands of small calls to processes beside it, which need no balancing, retries or interceptors.
 */
export class Rpc<Service> {
  private session: ClientHttp2Session | undefined;

  constructor(
    /** The generated definition of the service. */
    readonly methods: Service,
    readonly address: string,
  ) {}

  /** @throws RpcError */
  call<Request, Response>(method: Method<Request, Response>, request: Request): Promise<Response> {
    const { answer, stream } = this.open(method);
    stream.end(frame(method.requestSerialize(request)));
    return answer;
  }

  /** A call with any number of messages. */
  stream<Request, Response>(
    method: Method<Request, Response>,
  ): { write(request: Request): void; end(): Promise<Response> } {
    const { answer, stream } = this.open(method);
    answer.catch(() => undefined);
    return {
      write: (request) => void stream.write(frame(method.requestSerialize(request))),
      end: () => {
        stream.end();
        return answer;
      },
    };
  }

  close(): void {
    this.session?.destroy();
    this.session = undefined;
  }

  private open<Request, Response>(
    method: Method<Request, Response>,
  ): { answer: Promise<Response>; stream: ClientHttp2Stream } {
    const session = this.connected();
    const stream = session.request({
      ":method": "POST",
      ":path": method.path,
      "content-type": "application/grpc",
      te: "trailers",
    });
    const answer = received(stream, session).then((bytes) => responseIn(bytes, method));
    return { answer, stream };
  }

  /** The connection, made anew when the last one ended. */
  private connected(): ClientHttp2Session {
    if (this.session && !this.session.closed && !this.session.destroyed) return this.session;
    const [host, port] = split(this.address);
    const session = connect(`http://${this.address}`, {
      settings: { enablePush: false, initialWindowSize: WINDOW },
      createConnection: () => connectSocket({ host, port: Number(port), noDelay: true }),
    });
    session.once("connect", () => session.setLocalWindowSize(WINDOW));
    // Calls learn of it through their streams.
    session.on("error", (error) => {
      failures.set(session, error);
    });
    this.session = session;
    return session;
  }
}

function split(address: string): [host: string, port: string] {
  const colon = address.lastIndexOf(":");
  return [address.slice(0, colon).replace(/^\[|\]$/g, "") || "127.0.0.1", address.slice(colon + 1)];
}

/** Why connections ended. */
const failures = new WeakMap<ClientHttp2Session, Error>();

/** The bytes of the answer. */
function received(stream: ClientHttp2Stream, session: ClientHttp2Session): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let status: IncomingHttpHeaders | undefined;
    let failure: Error | undefined;
    let http = 0;
    const remember = (headers: IncomingHttpHeaders): void => {
      if (headers["grpc-status"] !== undefined) status = headers;
    };
    stream.on("response", (headers) => {
      http = headers[":status"] ?? 0;
      remember(headers);
    });
    stream.on("trailers", remember);
    stream.on("data", (chunk: Buffer) => chunks.push(chunk));
    stream.on("error", (error) => {
      failure = error;
    });
    stream.on("close", () => {
      try {
        if (status === undefined) throw broken(stream, failure ?? failures.get(session), http);
        const code = Number(status["grpc-status"]);
        if (code !== STATUS.ok) throw refused(code, status);
        resolve(unframe(chunks) as Buffer);
      } catch (error) {
        reject(error);
      }
    });
  });
}

function refused(code: number, status: IncomingHttpHeaders): RpcError {
  const binary = status["grpc-status-details-bin"];
  return new RpcError(
    code,
    unescapeMessage(String(status["grpc-message"] ?? "")),
    typeof binary === "string" ? Buffer.from(binary, "base64") : undefined,
  );
}

/** The connection ended before the call had an answer. */
function broken(stream: ClientHttp2Stream, cause: Error | undefined, http: number): RpcError {
  if (http !== 0 && http !== 200) return new RpcError(STATUS.unknown, `unexpected HTTP status code ${http}`);
  if (cause) return new RpcError(STATUS.unavailable, `connection error: ${cause.message}`);
  return new RpcError(
    STATUS.unavailable,
    stream.rstCode === constants.NGHTTP2_NO_ERROR || stream.rstCode === constants.NGHTTP2_CANCEL
      ? "error reading from server: EOF"
      : `the stream was reset with code ${stream.rstCode}`,
  );
}
