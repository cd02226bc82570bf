import type { IncomingMessage, ServerResponse } from "node:http";
import { S3Failure } from "./failure";
import type { S3Storage } from "./storage";
import { render } from "./xml";

/** One call of the S3 API, taken apart. */
export interface S3Call {
  readonly storage: S3Storage;
  readonly uploads: Uploads;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly bucket: string;
  readonly key: string;
  readonly query: URLSearchParams;
}

/** Multipart uploads under way; a restart aborts them, and clients begin anew. */
export type Uploads = Map<string, Upload>;

export interface Upload {
  readonly bucket: string;
  readonly key: string;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly parts: Map<number, { readonly file: string; readonly size: number; readonly md5: string }>;
}

export type Operation = (call: S3Call) => Promise<void> | void;

export function header(call: S3Call, name: string): string | undefined {
  const value = call.request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

export const bypasses = (call: S3Call): boolean =>
  header(call, "x-amz-bypass-governance-retention") === "true";

export const versionIn = (call: S3Call): string | undefined => call.query.get("versionId") ?? undefined;

export function answer(
  call: S3Call,
  status: number,
  headers: Readonly<Record<string, string | undefined>> = {},
  body?: string,
): void {
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined) call.response.setHeader(name, value);
  if (body !== undefined) call.response.setHeader("content-length", Buffer.byteLength(body));
  call.response.writeHead(status);
  call.response.end(call.request.method === "HEAD" ? undefined : body);
}

export function answerXml(call: S3Call, root: string, content: Parameters<typeof render>[1]): void {
  answer(call, 200, { "content-type": "application/xml" }, render(root, content));
}

const LARGEST_DOCUMENT = 2 * 1024 * 1024;

/** The body as text, for the small XML documents of some calls. */
export async function document(call: S3Call): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of call.request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > LARGEST_DOCUMENT)
      throw new S3Failure(400, "MalformedXML", "The XML you provided is too large");
    parts.push(part);
  }
  return Buffer.concat(parts).toString("utf8");
}
