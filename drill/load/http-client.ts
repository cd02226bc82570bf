import { Agent, type IncomingMessage, request } from "node:http";

export interface Request {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly token?: string | undefined;
  readonly idempotencyKey?: string | undefined;
  readonly body?: unknown;
}

/** What came back. `problem` is set when no complete answer came. */
export interface Answer {
  /** HTTP status; 0 when there is none. */
  readonly status: number;
  readonly release: string;
  readonly maintenance: boolean;
  readonly contentType: string;
  readonly text: string;
  readonly problem?: string;
}

/** Milliseconds a connection may idle; servers commonly wait five seconds or more. */
const IDLE = 4_000;

/** A customer's browser, many times over: keeps connections open, waits `timeout` milliseconds, never retries by itself. */
export class HttpClient {
  private readonly agent: Agent;
  private readonly host: string;
  private readonly port: number;

  /** @param address public address of the shop, such as http://127.0.0.1:8080 */
  constructor(
    address: string,
    private readonly timeout = 10_000,
  ) {
    const url = new URL(address);
    this.host = url.hostname;
    this.port = Number(url.port || 80);
    this.agent = new Agent({
      keepAlive: true,
      maxSockets: 512,
      maxFreeSockets: 64,
      scheduling: "lifo",
      // Idle connections are closed on this side first: a request must not meet one the server is just closing.
      timeout: IDLE,
    });
  }

  send(asked: Request): Promise<Answer> {
    return new Promise((done) => {
      const payload = asked.body === undefined ? undefined : Buffer.from(JSON.stringify(asked.body));
      const headers: Record<string, string | number> = { accept: "application/json, text/html" };
      if (asked.token !== undefined) headers.authorization = `Bearer ${asked.token}`;
      if (asked.idempotencyKey !== undefined) headers["idempotency-key"] = asked.idempotencyKey;
      if (payload !== undefined) {
        headers["content-type"] = "application/json";
        headers["content-length"] = payload.length;
      }
      const sent = request({
        agent: this.agent,
        host: this.host,
        port: this.port,
        method: asked.method,
        path: asked.path,
        headers,
      });
      const deadline = setTimeout(
        () => sent.destroy(new Error(`no answer in ${this.timeout} ms`)),
        this.timeout,
      );
      const settle = (answer: Answer): void => {
        clearTimeout(deadline);
        done(answer);
      };
      const lost = (problem: Error): void =>
        settle({
          status: 0,
          release: "",
          maintenance: false,
          contentType: "",
          text: "",
          problem: problem.message || (problem as NodeJS.ErrnoException).code || "connection lost",
        });
      sent.on("error", lost);
      sent.on("response", (response) => receive(response, settle, lost));
      sent.end(payload);
    });
  }

  close(): void {
    this.agent.destroy();
  }
}

/** The page says that it was announced, and when to come again; anything less is a failure. */
const isMaintenancePage = ({ statusCode, headers }: IncomingMessage): boolean =>
  statusCode === 503 && headers["x-maintenance"] === "true" && Number(headers["retry-after"]) > 0;

function receive(
  response: IncomingMessage,
  settle: (answer: Answer) => void,
  lost: (problem: Error) => void,
): void {
  const parts: Buffer[] = [];
  response.on("data", (part: Buffer) => parts.push(part));
  response.on("error", lost);
  response.on("end", () => {
    settle({
      status: response.statusCode ?? 0,
      release: String(response.headers["x-release"] ?? ""),
      maintenance: isMaintenancePage(response),
      contentType: response.headers["content-type"] ?? "",
      text: Buffer.concat(parts).toString("utf8"),
    });
  });
}
