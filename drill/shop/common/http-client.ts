import http from "node:http";
import https from "node:https";

export interface JsonAnswer {
  readonly status: number;
  readonly body: unknown;
}

export interface JsonRequest {
  readonly method?: "GET" | "POST";
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** For the whole exchange. Default 5 s. */
  readonly timeoutMs?: number;
}

/** The other side could not be reached, was too slow, or spoke no JSON: the outcome is unknown. */
export class Unreachable extends Error {
  constructor(origin: string, reason: string) {
    super(`${origin}: ${reason}`);
    this.name = "Unreachable";
  }
}

const agents = {
  "http:": new http.Agent({ keepAlive: true, maxSockets: 32 }),
  "https:": new https.Agent({ keepAlive: true, maxSockets: 32 }),
};

/** One exchange of JSON. Throws Unreachable when there is no answer; an answer of any status is returned. */
export function requestJson(target: string, options: JsonRequest = {}): Promise<JsonAnswer> {
  const url = new URL(target);
  const secure = url.protocol === "https:";
  const text = options.body === undefined ? undefined : JSON.stringify(options.body);
  return new Promise((done, fail) => {
    const give = (reason: string): void => fail(new Unreachable(url.origin, reason));
    const request = (secure ? https : http).request(
      url,
      {
        method: options.method ?? (text === undefined ? "GET" : "POST"),
        agent: secure ? agents["https:"] : agents["http:"],
        signal: AbortSignal.timeout(options.timeoutMs ?? 5_000),
        headers: {
          accept: "application/json",
          ...(text === undefined
            ? {}
            : { "content-type": "application/json", "content-length": Buffer.byteLength(text) }),
          ...options.headers,
        },
      },
      (response) => {
        const parts: Buffer[] = [];
        response.on("data", (part: Buffer) => parts.push(part));
        response.once("error", (problem) => give(problem.message));
        response.once("end", () => {
          try {
            const body = parts.length === 0 ? undefined : JSON.parse(Buffer.concat(parts).toString("utf8"));
            done({ status: response.statusCode ?? 0, body });
          } catch {
            give("answered no JSON");
          }
        });
      },
    );
    request.once("error", (problem) => give(problem.message));
    request.end(text);
  });
}

/**
 * Tries an exchange that may be repeated safely until it answers below 500, at most `attempts` times with growing
 * pauses. Throws Unreachable when no try succeeded.
 */
export async function requestRepeatedly(
  target: string,
  options: JsonRequest,
  attempts: number,
): Promise<JsonAnswer> {
  for (let attempt = 1; ; attempt++) {
    try {
      const answer = await requestJson(target, options);
      if (answer.status < 500) return answer;
      if (attempt === attempts) throw new Unreachable(new URL(target).origin, `answered ${answer.status}`);
    } catch (problem) {
      if (attempt === attempts) throw problem;
    }
    await new Promise((again) => setTimeout(again, 40 * 2 ** attempt));
  }
}
