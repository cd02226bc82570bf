import { createHash } from "node:crypto";
import type { Answer, Route } from "../common/routes";

/** The texts a web module serves. */
export interface Page {
  readonly html: string;
  readonly style: string;
  readonly script: string;
}

/** Nothing but the page's own files runs in the page. */
const POLICY =
  "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

export function webRoutes(page: Page): readonly Route[] {
  return [
    asset("/", "text/html; charset=utf-8", page.html),
    asset("/assets/style.css", "text/css; charset=utf-8", page.style),
    asset("/assets/shop.js", "text/javascript; charset=utf-8", page.script),
  ];
}

function asset(path: string, type: string, text: string): Route {
  const tag = `"${createHash("sha256").update(text).digest("base64url").slice(0, 22)}"`;
  const headers = { "content-security-policy": POLICY, "cache-control": "no-cache", etag: tag };
  return {
    method: "GET",
    path,
    handle: (call): Answer =>
      call.headers["if-none-match"] === tag
        ? { status: 304, headers }
        : { status: 200, content: { type, text }, headers },
  };
}
