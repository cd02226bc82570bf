import type { IncomingMessage } from "node:http";
import { HttpProblem } from "./http-problem";

const LIMIT_BYTES = 64 * 1024;

/** The JSON body of a request; undefined when it is empty. */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > LIMIT_BYTES) throw new HttpProblem(413, "body-too-large", { limit: LIMIT_BYTES });
    parts.push(part);
  }
  if (size === 0) return undefined;
  try {
    return JSON.parse(Buffer.concat(parts).toString("utf8"));
  } catch {
    throw new HttpProblem(400, "body-is-no-json");
  }
}
