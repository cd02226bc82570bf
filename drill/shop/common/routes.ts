import type { IncomingHttpHeaders } from "node:http";
import type { Session } from "./session";

/** A request after parsing. */
export interface Call {
  readonly parameters: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** Parsed JSON of a POST, else undefined. */
  readonly body: unknown;
  /** The caller's session, or undefined for a missing or invalid token. */
  readonly session: Session | undefined;
}

export interface Answer {
  readonly status: number;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent as it is, instead of `body`. */
  readonly content?: { readonly type: string; readonly text: string };
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Route {
  readonly method: "GET" | "POST";
  /** Path with named segments: `/api/orders/:number/payment`. */
  readonly path: string;
  handle(call: Call): Promise<Answer> | Answer;
}

export interface Match {
  readonly route: Route;
  readonly parameters: Readonly<Record<string, string>>;
}

/** Finds the route of a request; `"method"` when only the method is wrong. */
export function createRouter(
  routes: readonly Route[],
): (method: string, path: string) => Match | "method" | undefined {
  const known = routes.map((route) => ({ route, segments: route.path.split("/") }));
  return (method, path) => {
    const segments = path.split("/");
    let otherMethod = false;
    for (const { route, segments: pattern } of known) {
      const parameters = parametersOf(pattern, segments);
      if (!parameters) continue;
      if (route.method === method) return { route, parameters };
      otherMethod = true;
    }
    return otherMethod ? "method" : undefined;
  };
}

function parametersOf(
  pattern: readonly string[],
  segments: readonly string[],
): Record<string, string> | undefined {
  if (pattern.length !== segments.length) return undefined;
  const parameters: Record<string, string> = {};
  for (const [index, expected] of pattern.entries()) {
    const actual = segments[index] ?? "";
    if (expected.startsWith(":")) {
      try {
        parameters[expected.slice(1)] = decodeURIComponent(actual);
      } catch {
        return undefined;
      }
    } else if (expected !== actual) return undefined;
  }
  return parameters;
}
