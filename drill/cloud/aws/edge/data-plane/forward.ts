import type { IncomingMessage, ServerResponse } from "node:http";
import type { Dispatcher } from "undici";
import type { EdgeMetrics } from "./metrics";
import type { Member, TargetGroup } from "./target-group";

/** Headers that belong to one connection. */
const HOP_BY_HOP = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "transfer-encoding",
  "upgrade",
  "te",
  "trailer",
  "expect",
]);
/** Repeating these changes nothing, so a connection that died under them is no reason to fail. */
const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);
const NOTHING_SENT = new Set([
  "ECONNREFUSED",
  "ECONNRESET_CONNECT",
  "UND_ERR_CONNECT_TIMEOUT",
  "EHOSTUNREACH",
  "UND_ERR_CLOSED",
  "UND_ERR_DESTROYED",
]);
const LARGEST_KEPT_BODY = 256 * 1024;
const ATTEMPTS = 3;

export interface Forwarded {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly group: TargetGroup;
  readonly metrics: EdgeMetrics;
  /** Flat list of names and values, X-Forwarded headers included. */
  readonly headers: string[];
  readonly fail: (status: number) => void;
}

/**
 * Hands a request to a target of the group and the answer back.
 *
 * A second target is tried when nothing was sent to the first, and for safe methods when the connection died before
 * an answer came. A request that may have been carried out is never sent twice.
 */
export async function forward(call: Forwarded): Promise<void> {
  const body = await keptBody(call.request);
  if (call.request.destroyed && !call.request.complete) return;
  const tried = new Set<Member>();
  for (let attempt = 1; ; attempt++) {
    const member = call.group.choose(tried) ?? call.group.choose(new Set());
    if (member === undefined) return call.fail(503);
    const outcome = await send(call, member, body ?? call.request);
    if (outcome === "done") return;
    tried.add(member);
    const repeatable = body !== undefined && (outcome === "not-sent" || SAFE.has(call.request.method ?? ""));
    if (!repeatable || attempt === ATTEMPTS) return call.fail(outcome === "timed-out" ? 504 : 502);
  }
}

type Outcome = "done" | "not-sent" | "lost" | "timed-out";

function send(call: Forwarded, member: Member, body: Buffer | IncomingMessage | null): Promise<Outcome> {
  const { request, response } = call;
  const began = performance.now();
  member.inFlight++;
  return new Promise<Outcome>((done) => {
    let answered = false;
    let abort: ((reason?: Error) => void) | undefined;
    const settle = (outcome: Outcome): void => {
      member.inFlight--;
      response.off("close", gone);
      done(outcome);
    };
    const gone = (): void => {
      if (!response.writableFinished) abort?.(new Error("the client went away"));
    };
    response.once("close", gone);
    const handler: Dispatcher.DispatchHandlers = {
      onConnect(cancel) {
        abort = cancel;
        if (response.destroyed) cancel();
      },
      onHeaders(status, rawHeaders, resume) {
        if (status < 200) return true;
        answered = true;
        call.metrics.answered(call.group.settings.name, status, (performance.now() - began) / 1000);
        response.on("drain", resume);
        response.writeHead(status, passedOn(rawHeaders));
        return true;
      },
      onData: (chunk) => response.write(chunk),
      onComplete() {
        response.end();
        settle("done");
      },
      onError(problem) {
        // Half an answer cannot be taken back; the client must see that it broke off.
        if (answered || response.destroyed) {
          response.destroy();
          return settle("done");
        }
        const code = (problem as NodeJS.ErrnoException).code ?? "";
        if (NOTHING_SENT.has(code)) settle("not-sent");
        else settle(/TIMEOUT/.test(code) ? "timed-out" : "lost");
      },
    };
    try {
      member.pool.dispatch(
        {
          path: request.url ?? "/",
          method: (request.method ?? "GET") as Dispatcher.HttpMethod,
          headers: call.headers,
          body,
        },
        handler,
      );
    } catch {
      // The pool was closed between the choice and now.
      settle("not-sent");
    }
  });
}

/** The body, when it is small enough to be sent again; null: there is none; undefined: too large. */
async function keptBody(request: IncomingMessage): Promise<Buffer | null | undefined> {
  const length = request.headers["content-length"];
  if (length === undefined && request.headers["transfer-encoding"] === undefined) return null;
  if (length === "0") return null;
  if (length === undefined || Number(length) > LARGEST_KEPT_BODY) return undefined;
  const parts: Buffer[] = [];
  try {
    for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
  } catch {
    return undefined;
  }
  return Buffer.concat(parts);
}

/** Request headers as they go to the target. */
export function requestHeaders(raw: readonly string[], added: Readonly<Record<string, string>>): string[] {
  const headers: string[] = [];
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = raw[index] as string;
    const lower = name.toLowerCase();
    if (!HOP_BY_HOP.has(lower) && !(lower in added)) headers.push(name, raw[index + 1] as string);
  }
  for (const [name, value] of Object.entries(added)) headers.push(name, value);
  return headers;
}

function passedOn(raw: Buffer[]): string[] {
  const headers: string[] = [];
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = (raw[index] as Buffer).toString("latin1");
    if (!HOP_BY_HOP.has(name.toLowerCase()))
      headers.push(name, (raw[index + 1] as Buffer).toString("latin1"));
  }
  return headers;
}
