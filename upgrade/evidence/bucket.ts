import { createHash } from "node:crypto";
import { AwsProblem, s3Client } from "../stack/aws";

/** A stored document: its bytes, as they are. */
export interface StoredDocument {
  readonly key: string;
  readonly body: string;
  /** `sha256:` and the SHA-256 of the bytes. */
  readonly digest: string;
  readonly storedAt: Date;
}

/** Where a stack's documents are. */
export interface EvidencePlace {
  readonly bucket: string;
  readonly region: string;
  /** Profile of the AWS configuration; absent: the environment's. */
  readonly profile?: string;
}

export const digestOf = (bytes: string | Uint8Array): string =>
  `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

/** All JSON documents below a prefix, such as `staging/4.0.0/`. */
export async function readDocuments(place: EvidencePlace, prefix: string): Promise<StoredDocument[]> {
  return withClient(place, async (client, s3) => {
    const documents: StoredDocument[] = [];
    for await (const page of s3.paginateListObjectsV2({ client }, { Bucket: place.bucket, Prefix: prefix })) {
      const found = (page.Contents ?? []).filter(({ Key }) => Key?.endsWith(".json"));
      documents.push(
        ...(await Promise.all(
          found.map(async ({ Key = "", LastModified }) => {
            const { Body } = await client.send(new s3.GetObjectCommand({ Bucket: place.bucket, Key }));
            const bytes = (await Body?.transformToByteArray()) ?? new Uint8Array();
            return {
              key: Key,
              body: Buffer.from(bytes).toString("utf8"),
              digest: digestOf(bytes),
              storedAt: LastModified ?? new Date(0),
            };
          }),
        )),
      );
    }
    return documents;
  });
}

/** Stores a document; returns its digest. */
export async function writeStored(place: EvidencePlace, key: string, body: string): Promise<string> {
  return withClient(place, async (client, s3) => {
    await client.send(
      new s3.PutObjectCommand({
        Bucket: place.bucket,
        Key: key,
        Body: body,
        ContentType: "application/json",
        // A bucket that keeps what it holds asks for a checksum of what it gets.
        ChecksumAlgorithm: "SHA256",
      }),
    );
    return digestOf(body);
  });
}

async function withClient<T>(
  { bucket, region, profile }: EvidencePlace,
  use: (client: ReturnType<typeof s3Client>, s3: typeof import("@aws-sdk/client-s3")) => Promise<T>,
): Promise<T> {
  // The SDK takes keys from the profile it is given, but the endpoint from the profile of the environment.
  const before = process.env.AWS_PROFILE;
  if (profile !== undefined) process.env.AWS_PROFILE = profile;
  const client = s3Client(region, profile);
  try {
    return await use(client, require("@aws-sdk/client-s3") as typeof import("@aws-sdk/client-s3"));
  } catch (problem) {
    const { name, message } = problem as Error;
    const hint = /credential|token|AccessDenied|Signature/i.test(`${name} ${message}`)
      ? " Log in to the account that holds the evidence, or name its profile."
      : "";
    throw new AwsProblem(`the evidence in s3://${bucket} cannot be used: ${name}: ${message}.${hint}`);
  } finally {
    client.destroy();
    if (profile !== undefined) {
      if (before === undefined) delete process.env.AWS_PROFILE;
      else process.env.AWS_PROFILE = before;
    }
  }
}
