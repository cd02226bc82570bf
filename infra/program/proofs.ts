import * as pulumi from "@pulumi/pulumi";
import type { EvidenceDocument } from "../../components/evidence/document";
import { gate } from "../../components/evidence/gate";
import { knownReleases, loadRelease } from "../../releases/load";
import type { Manifest } from "../../releases/manifest";
import { CHAIN } from "../phases";
import type { GatePlan, Plan } from "../plan";
import { isEntered, judgeDataModel, judgeEarlier, judgeOwn, type Proofs } from "../plan/proofs";
import type { Platform } from "./platform";
import { createPromotion, type Promotion } from "./promotion";
import type { Settings } from "./settings";
import type { Timeline } from "./timeline";
import type { Work } from "./work";

/** What the stack says about a document it read back. */
export interface StepOutput {
  readonly verdict: string;
  readonly digest: string;
  readonly finishedAt: string;
  readonly key: string;
}

type Steps = pulumi.Output<Record<string, StepOutput>>;
type ReadBack = EvidenceDocument | string | undefined;

/** Reads back what was proved, and lets the graph go on only where it holds. */
export function createProofs(
  settings: Settings,
  plan: Plan,
  platform: Platform,
  work: Work,
  timeline: Timeline,
): {
  readonly earlier: Steps;
  readonly all: Steps;
  /** Digest of every document by its key: who alters one later is found out. */
  readonly documents: pulumi.Output<Record<string, string>>;
  readonly promotion: Promotion;
} {
  const earlier = readEarlier(plan, platform);
  const own = plan.gates.flatMap((one) =>
    one.job === undefined ? [] : [readOwn(one, platform, work, timeline)],
  );
  const bucket = [platform.evidence.bucket.resource];
  const promotion = createPromotion(settings, plan, platform);
  timeline.reached(
    "gate:proofs",
    gate(
      bucket,
      pulumi.all([earlier as pulumi.Output<unknown>, promotion.problems]).apply(([proofs, problems]) => [
        ...judgeEarlier(plan, proofs as Proofs, new Date()),
        // Who is in already stays and goes on, whatever becomes of the other stack.
        ...(isEntered(plan, proofs as Proofs) ? [] : problems),
      ]),
    ).after,
  );
  timeline.reached(
    "data-model",
    gate(
      bucket,
      readContracted(settings, platform).apply((done) => judgeDataModel(plan, settings.manifests, done)),
    ).after,
  );
  const written = pulumi.all(own.map(({ document }) => document as pulumi.Output<ReadBack>));
  return {
    promotion,
    earlier: earlier.apply((found) => described(Object.values(found) as ReadBack[])),
    all: earlier.apply((found) =>
      written.apply((documents) => described([...(Object.values(found) as ReadBack[]), ...documents])),
    ),
    documents: pulumi
      .all([
        earlier as pulumi.Output<Readonly<Record<string, ReadBack>>>,
        readOthers(plan, platform),
        written,
      ])
      .apply(([found, others, own]) => digests([...Object.values(found), ...others, ...own])),
  };
}

const described = (documents: readonly ReadBack[]): Record<string, StepOutput> =>
  Object.fromEntries(
    documents
      .filter((one): one is EvidenceDocument => typeof one === "object")
      .map(({ step, verdict, digest, finishedAt, key }) => [step, { verdict, digest, finishedAt, key }]),
  );

const digests = (documents: readonly ReadBack[]): Record<string, string> =>
  Object.fromEntries(
    documents
      .filter((one): one is EvidenceDocument => typeof one === "object")
      .map(({ key, digest }) => [key, digest]),
  );

/** Documents outside the chain, of both releases. No gate asks for them; they are proofs all the same. */
function readOthers({ current, next, attempt }: Plan, { evidence }: Platform): pulumi.Output<ReadBack[]> {
  const releases = [current, next].filter((one) => one !== undefined);
  return pulumi.all(
    releases.flatMap((release) =>
      (["install", "drain"] as const).map((step) => evidence.earlier(step, release, attempt)),
    ),
  ) as pulumi.Output<ReadBack[]>;
}

/** The newest documents that earlier updates left about the next release. */
function readEarlier(plan: Plan, { evidence }: Platform): pulumi.Output<Proofs> {
  const { next } = plan;
  if (next === undefined) return pulumi.output({});
  const steps = [...CHAIN, "revert"] as const;
  return pulumi
    .all(steps.map((step) => evidence.earlier(step, next, plan.attempt)))
    .apply((found) => Object.fromEntries(steps.map((step, index) => [step, found[index]])) as Proofs);
}

function readOwn(one: GatePlan, platform: Platform, work: Work, timeline: Timeline) {
  const job = work.jobs.get(`${one.step}:${one.release}`);
  if (job === undefined)
    throw new pulumi.RunError(`there is no Job for the gate ${one.step} of ${one.release}`);
  const { attempt, resource } = job;
  const document = platform.evidence.written(one.step, one.release, attempt, resource);
  const problems = pulumi
    .all([document, resource.metadata.creationTimestamp])
    .apply(([found, created]) => judgeOwn(one, found, attempt, created));
  timeline.reached(`gate:${one.step}:${one.release}`, gate([resource], problems).after);
  return { document };
}

/** Releases whose upgrade was completed: the data model before theirs is gone. */
function readContracted(settings: Settings, { evidence }: Platform): pulumi.Output<Manifest[]> {
  const versions = knownReleases(settings.releasesDirectory);
  return pulumi
    .all(versions.map((version) => evidence.earlier("contract", version, Number.MAX_SAFE_INTEGER)))
    .apply((found) =>
      versions
        .filter((_, index) => {
          const document = found[index];
          return typeof document === "object" && document.verdict === "passed";
        })
        .map((version) => loadRelease(settings.releasesDirectory, version)),
    );
}
