import { createHash, createHmac } from "node:crypto";
import type { S3Client } from "@aws-sdk/client-s3";

/** What the SDK's own chain found: environment, profile, single sign-on, or the machine's role. */
interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

/** AWS does not answer as it should; the message says why and what to do. */
export class AwsProblem extends Error {
  constructor(message: string) {
    super(message);
    this.stack = "";
  }
}

/** A client for S3 as the environment and, if given, a profile of the AWS configuration say. Loaded when it is needed. */
export function s3Client(region: string, profile?: string): S3Client {
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";
  const { S3Client: Client } = require("@aws-sdk/client-s3") as typeof import("@aws-sdk/client-s3");
  return new Client({
    region,
    maxAttempts: 3,
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    ...(profile === undefined ? {} : { profile }),
  });
}

/**
 * Calls an AWS service that speaks JSON, such as CloudWatch. Its endpoint can be set as for the AWS CLI:
 * `AWS_ENDPOINT_URL_CLOUDWATCH`.
 */
export async function callAws(
  service: { readonly name: string; readonly endpointPrefix: string; readonly target: string },
  region: string,
  operation: string,
  input: object,
): Promise<unknown> {
  const variable = `AWS_ENDPOINT_URL_${service.name.toUpperCase()}`;
  const endpoint = process.env[variable] ?? `https://${service.endpointPrefix}.${region}.amazonaws.com`;
  const client = s3Client(region);
  let credentials: Credentials;
  try {
    credentials = await client.config.credentials();
  } catch (problem) {
    throw new AwsProblem(`there are no AWS credentials: ${(problem as Error).message}. Log in first.`);
  } finally {
    client.destroy();
  }
  const body = JSON.stringify(input);
  const headers = signed({
    url: new URL(endpoint),
    region,
    service: service.endpointPrefix,
    body,
    credentials,
    now: new Date(),
    headers: {
      "content-type": "application/x-amz-json-1.0",
      "x-amz-target": `${service.target}.${operation}`,
    },
  });
  let answer: Response;
  try {
    answer = await fetch(endpoint, { method: "POST", body, headers, signal: AbortSignal.timeout(10_000) });
  } catch (problem) {
    const { cause, message } = problem as Error & { cause?: Error };
    throw new AwsProblem(`${endpoint} cannot be reached: ${cause?.message || message}.`);
  }
  const text = await answer.text();
  if (!answer.ok)
    throw new AwsProblem(`${service.name} answers ${answer.status} to ${operation}: ${text.slice(0, 300)}`);
  return JSON.parse(text);
}

interface Signable {
  readonly url: URL;
  readonly region: string;
  readonly service: string;
  readonly body: string;
  readonly credentials: Credentials;
  readonly now: Date;
  readonly headers: Readonly<Record<string, string>>;
}

/** Headers of a POST with Signature Version 4 (AWS, "Create a signed AWS API request"). */
export function signed({
  url,
  region,
  service,
  body,
  credentials,
  now,
  headers,
}: Signable): Record<string, string> {
  const stamp = now.toISOString().replace(/[:-]|\.\d{3}/g, "");
  const all: Record<string, string> = {
    ...headers,
    host: url.host,
    "x-amz-date": stamp,
    ...(credentials.sessionToken === undefined ? {} : { "x-amz-security-token": credentials.sessionToken }),
  };
  const names = Object.keys(all).sort();
  const canonical = [
    "POST",
    url.pathname,
    "",
    ...names.map((name) => `${name}:${all[name]?.trim()}`),
    "",
    names.join(";"),
    hash(body),
  ].join("\n");
  const scope = `${stamp.slice(0, 8)}/${region}/${service}/aws4_request`;
  const text = ["AWS4-HMAC-SHA256", stamp, scope, hash(canonical)].join("\n");
  const key = [stamp.slice(0, 8), region, service, "aws4_request"].reduce<Buffer>(
    (secret, part) => hmac(secret, part),
    Buffer.from(`AWS4${credentials.secretAccessKey}`),
  );
  const { host: _host, ...sent } = all;
  return {
    ...sent,
    authorization: `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${scope}, SignedHeaders=${names.join(";")}, Signature=${hmac(key, text).toString("hex")}`,
  };
}

const hash = (text: string): string => createHash("sha256").update(text).digest("hex");
const hmac = (key: Buffer, text: string): Buffer => createHmac("sha256", key).update(text).digest();
