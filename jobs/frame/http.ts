import { messageOf } from "./problems";

export interface HttpRequest {
  readonly method?: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Milliseconds. Default 10,000. */
  readonly timeout?: number;
  readonly signal?: AbortSignal;
}

export interface HttpAnswer {
  /** 0 when there was no answer at all. */
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  /** The body when it is JSON, else undefined. */
  readonly json: unknown;
  /** From the first byte sent to the last byte read. */
  readonly milliseconds: number;
  /** Why there was no answer. */
  readonly problem?: string;
}

/** One request, without redirects and without retries. Never throws for what the other side does. */
export async function ask(request: HttpRequest): Promise<HttpAnswer> {
  const { method = "GET", url, headers = {}, body, timeout = 10_000, signal } = request;
  const limit = AbortSignal.timeout(timeout);
  const started = performance.now();
  try {
    const response = await fetch(url, {
      method,
      headers: { ...(body === undefined ? {} : { "content-type": "application/json" }), ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      redirect: "manual",
      signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: Object.fromEntries(response.headers),
      text,
      json: parse(text),
      milliseconds: performance.now() - started,
    };
  } catch (problem) {
    const cause = (problem as Error).cause ?? problem;
    const why = limit.aborted ? `no answer within ${timeout} ms` : messageOf(cause);
    return {
      status: 0,
      headers: {},
      text: "",
      json: undefined,
      milliseconds: performance.now() - started,
      problem: why,
    };
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
