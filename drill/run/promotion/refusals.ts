import { readFileSync, writeFileSync } from "node:fs";
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from "@aws-sdk/client-s3";
import type { Cloud } from "../cloud";
import { type EvidenceStore, withEvidence } from "../evidence";
import type { Site } from "../site";
import { setParameters, stackFile } from "../stack-file";

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
  const otherwise = (parameter: string, wrong: unknown) => async () => {
    const file = stackFile(production.workspace);
    const before = readFileSync(file);
    setParameters(production.workspace, { [parameter]: wrong });
    return () => writeFileSync(file, before);
  };
  return [
    {
      name: "stale",
      what: "proofs that are too old",
      spoil: otherwise("change.proofAge", "1s"),
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
      spoil: otherwise("release.next", "4.1.0"),
      reason: /staging proved 4\.0\.0, not 4\.1\.0/,
    },
    {
      name: "unproved-parameter",
      what: "a parameter that staging never had",
      spoil: otherwise("migration.chunkRows", 7777),
      reason: /migration\.chunkRows is unproved: 5000 in .*staging, 7777 here/,
    },
    {
      name: "same-person",
      what: "one person who approves and promotes",
      spoil: otherwise("change.approver", "drill-operator"),
      reason: /drill-operator would approve and promote/,
    },
  ];
}

/** Alters one byte of the newest document of this name, behind everybody's back; returns how to put it right. */
async function alterOneByte(cloud: Cloud, stack: string, name: string): Promise<() => Promise<void>> {
  const kept = await withEvidence(cloud, async ({ client, Bucket }) => {
    const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket, Prefix: `${stack}/` }));
    const Key = Contents.find((one) => one.Key?.endsWith(`/${name}`))?.Key ?? "";
    const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
    const original = Buffer.from((await Body?.transformToByteArray()) ?? []);
    const altered = Buffer.from(original);
    const place = altered.indexOf('"summary": "') + '"summary": "'.length;
    altered[place] = (altered[place] ?? 0) ^ 1;
    await put({ client, Bucket }, Key, altered);
    return { Key, original };
  });
  return async () => {
    if (kept !== undefined) await withEvidence(cloud, (store) => put(store, kept.Key, kept.original));
  };
}

const put = ({ client, Bucket }: EvidenceStore, Key: string, Body: Buffer) =>
  client.send(new PutObjectCommand({ Bucket, Key, Body, ChecksumAlgorithm: "SHA256" }));
