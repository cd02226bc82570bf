import { GetObjectCommand, ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import type { Cloud } from "./cloud";

/** The part of an evidence document (docs/contracts.md §5) that a drill reports. */
export interface Document {
  readonly step: string;
  readonly verdict: "passed" | "failed";
  readonly summary: string;
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly checks: readonly { readonly name: string; readonly holds: boolean; readonly detail?: string }[];
  readonly figures: Readonly<Record<string, number>>;
}

export type Documents = Readonly<Record<string, Document>>;

/** Where the evidence of a drill lies, seen by its administrator. */
export interface EvidenceStore {
  readonly client: S3Client;
  readonly Bucket: string;
}

/** Runs `read` with the evidence bucket; undefined when nothing was deployed yet. */
export async function withEvidence<Result>(
  cloud: Cloud,
  read: (store: EvidenceStore) => Promise<Result>,
): Promise<Result | undefined> {
  const { buckets } = (await cloud.state()) as { buckets: readonly { name: string }[] };
  const Bucket = buckets.find(({ name }) => /evidence/.test(name))?.name;
  if (Bucket === undefined) return undefined;
  const { endpoint, ...credentials } = cloud.storage();
  const client = new S3Client({ endpoint, credentials, region: "eu-central-1", forcePathStyle: true });
  try {
    return await read({ client, Bucket });
  } finally {
    client.destroy();
  }
}

/** The newest document of each step of a release's upgrade; none when there is no evidence yet. */
export async function readEvidence(cloud: Cloud, stack: string, release: string): Promise<Documents> {
  const found = await withEvidence(cloud, async ({ client, Bucket }) => {
    const documents: Record<string, Document> = {};
    const { Contents = [] } = await client.send(
      new ListObjectsV2Command({ Bucket, Prefix: `${stack}/${release}/` }),
    );
    // The management report lies beside the documents.
    const oldestFirst = Contents.filter(({ Key }) => Key?.endsWith(".json")).sort(
      (a, b) => Number(a.LastModified) - Number(b.LastModified),
    );
    for (const { Key } of oldestFirst) {
      const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
      const document = JSON.parse((await Body?.transformToString()) ?? "{}") as Document;
      documents[document.step] = document;
    }
    return documents;
  });
  return found ?? {};
}
