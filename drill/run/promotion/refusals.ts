import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import type { Cloud } from "../cloud";
import type { Site } from "../site";
import { setParameters } from "../stack-file";

/** A promotion that must not happen, and whether it did not. */
export interface RefusalReport {
  readonly name: string;
  readonly what: string;
  readonly refused: boolean;
  /** The reason given, which must be the right one. */
  readonly reason: string;
}

interface Attempt {
  readonly name: string;
  readonly what: string;
  /** What is wrong, and how it is put right again. */
  spoil(): Promise<() => Promise<void> | void>;
  readonly reason: RegExp;
}

export const PROMOTE = ["promote", "--from", "staging", "--to", "production"] as const;

/** Tries to promote what staging did not prove, in every way there is; each must be refused for the right reason. */
export async function tryRefusals(staging: Site, production: Site): Promise<RefusalReport[]> {
  const reports: RefusalReport[] = [];
  for (const { name, what, spoil, reason } of attemptsOf(staging, production)) {
    production.print(`\n▶ promotion with ${what}: must be refused`);
    const repair = await spoil();
    const { exitCode, problems = [] } = await production.operator.type(
      ...PROMOTE,
      ...promotionArguments(staging),
    );
    await repair();
    const told = problems.join("\n");
    reports.push({ name, what, refused: exitCode === 1 && reason.test(told), reason: told });
  }
  return reports;
}

export const promotionArguments = (staging: Site): string[] => [
  "--from-profile",
  "staging",
  "--from-config-file",
  staging.workspace.file("Pulumi.staging.yaml"),
];

function attemptsOf(staging: Site, production: Site): Attempt[] {
  const otherwise = (parameter: string, wrong: unknown, right: unknown) => async () => {
    setParameters(production.workspace, { [parameter]: wrong });
    return () => setParameters(production.workspace, { [parameter]: right });
  };
  return [
    {
      name: "stale",
      what: "proofs that are too old",
      spoil: otherwise("change.proofAge", "1s", "14d"),
      reason: /verify of staging is .* old, at most 1s is allowed/,
    },
    {
      name: "tampered",
      what: "evidence in which one byte was altered",
      spoil: () => alterOneByte(staging.world.cloud, "staging", "verify.json"),
      reason: /staging\/.*\/verify\.json: it was altered/,
    },
    {
      name: "other-release",
      what: "the evidence of another release",
      spoil: otherwise("release.next", "4.1.0", production.options.to),
      reason: /staging proved 4\.0\.0, not 4\.1\.0/,
    },
    {
      name: "unproved-parameter",
      what: "a parameter that staging never had",
      spoil: otherwise("migration.chunkRows", 7777, 5000),
      reason: /migration\.chunkRows is unproved: 5000 in .*staging, 7777 here/,
    },
    {
      name: "same-person",
      what: "one person who approves and promotes",
      spoil: otherwise("change.approver", "drill-operator", "release-board"),
      reason: /drill-operator would approve and promote/,
    },
  ];
}

/** Alters one byte of the newest document of this name, behind everybody's back; returns how to put it right. */
async function alterOneByte(cloud: Cloud, stack: string, name: string): Promise<() => Promise<void>> {
  const { endpoint, ...credentials } = cloud.storage();
  const { buckets } = (await cloud.state()) as { buckets: readonly { name: string }[] };
  const Bucket = buckets.find((one) => /evidence/.test(one.name))?.name ?? "";
  const client = new S3Client({ endpoint, credentials, region: "eu-central-1", forcePathStyle: true });
  const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket, Prefix: `${stack}/` }));
  const Key = Contents.find((one) => one.Key?.endsWith(`/${name}`))?.Key ?? "";
  const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
  const original = Buffer.from((await Body?.transformToByteArray()) ?? []);
  const altered = Buffer.from(original);
  const place = altered.indexOf('"summary": "') + '"summary": "'.length;
  altered[place] = (altered[place] ?? 0) ^ 1;
  const put = (bytes: Buffer) =>
    client.send(new PutObjectCommand({ Bucket, Key, Body: bytes, ChecksumAlgorithm: "SHA256" }));
  await put(altered);
  return async () => {
    await put(original);
    client.destroy();
  };
}
