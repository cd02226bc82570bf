import type { Parameters } from "../../infra/parameters";
import {
  digestOfValue,
  type Flat,
  judgeProved,
  PROMOTED_STEPS,
  provedParameters,
} from "../../infra/plan/promotion";
import { seconds } from "../../infra/units";
import { operatorNames } from "../change/permission";
import type { StepOutput } from "../evidence/blocks";
import { readDocuments, type StoredDocument, writeStored } from "../evidence/bucket";
import { verifyChain } from "../evidence/chain";
import { regionOf } from "../flow/gate";
import { Console } from "../output/console";
import { writeDocument } from "../output/document";
import { promotionDocument, promotionKey } from "../promotion/record";
import { type Rehearsed, timeLimits } from "../promotion/time-limits";
import { Refusal } from "../refusal";
import { AwsProblem } from "../stack/aws";
import { readDial, turnDial } from "../stack/dial";
import { chooseEngine } from "../stack/engine";
import { StackOperations } from "../stack/operations";
import { takeDial } from "../stack/operator-lock";
import { readParameters } from "../stack/parameters";
import { openProject, type Project } from "../stack/project";
import { manifestsOf } from "../stack/releases";
import type { CommonOptions } from "./context";

export interface PromoteOptions extends CommonOptions {
  readonly from: string;
  readonly to?: string;
  readonly approver?: string;
  readonly ticket?: string;
  readonly fromProfile?: string;
  readonly fromConfigFile?: string;
  readonly scale?: string;
}

/** A stack and what it says about itself. */
interface Side {
  readonly project: Project;
  readonly outputs: Readonly<Record<string, unknown>>;
}

/**
 * `promote --from staging --to production`: looks at everything the other stack proved, writes the promotion record into
 * this stack's evidence, and into its file who approved and the time limits of the rehearsal. The program and the pack of
 * this stack judge record and proofs again when its dial is turned.
 */
export async function promote(options: PromoteOptions): Promise<number> {
  const startedAt = new Date();
  const console = new Console();
  const stack = options.to ?? options.stack;
  const project = openProject(options.directory, stack, options.configFile);
  const other = openProject(options.directory, options.from, options.fromConfigFile);
  const lock = takeDial(project.configFile, `promote --from ${options.from}`);
  try {
    const engine = await chooseEngine(options.engine, options.directory);
    console.line(
      `${options.from} → ${stack} · engine: ${engine.kind === "offline" ? "offline engine" : "Pulumi CLI"} ${engine.version}`,
    );
    const side = async (one: Project): Promise<Side> => {
      const operations = await StackOperations.open(one, engine);
      return { project: one, outputs: await operations.outputs() };
    };
    const [from, to] = [await side(other), await side(project)];
    const documents = await documentsOf(from, options.fromProfile);
    const { problems, parameters, release } = judge(from, to, documents, options, startedAt);
    const result = { version: 1, command: "promote", from: options.from, to: stack, release };
    if (problems.length > 0) {
      console.line(`\n${release} is not promoted from ${options.from} to ${stack}:`);
      for (const problem of problems) console.line(`  ✗ ${problem}`);
      writeDocument(options.json, { ...result, verdict: "failed", problems });
      return 1;
    }
    // Later on, another limit would run Jobs of the phase at hand again.
    const early = ["steady", "prepared"].includes(readDial(project).phase);
    const limits = early ? timeLimits(rehearsed(documents), readScale(options.scale)) : {};
    const written = await record(from, to, release, parameters, options, limits, startedAt);
    turnDial(project, {
      ...limits,
      "change.approver": approverOf(options, parameters),
      "change.ticket": ticketOf(options, parameters),
      "change.staging": parameters.change.staging ?? qualified(from.project),
    });
    console.line(`\n${release} may be introduced in ${stack}. Record: ${written.key} (${written.digest})`);
    for (const [path, limit] of Object.entries(limits)) console.line(`  ${path.padEnd(24)} ${limit}`);
    console.line(`Next: order-upgrade run --stack ${stack} --to live`);
    writeDocument(options.json, { ...result, verdict: "passed", problems: [], record: written, limits });
    return 0;
  } finally {
    lock.release();
  }
}

async function documentsOf(
  { project, outputs }: Side,
  profile: string | undefined,
): Promise<StoredDocument[]> {
  const { bucket } = (outputs.evidence ?? {}) as { bucket?: string };
  if (bucket === undefined)
    throw new Refusal(`${project.stack} has no evidence. Way out: take it to live with the release first.`);
  const { next } = (outputs.releases ?? {}) as { next?: string | null };
  try {
    const place = { bucket, region: regionOf(project), ...(profile === undefined ? {} : { profile }) };
    const all = await readDocuments(place, `${project.stack}/`);
    const recorded = (outputs.documents ?? {}) as Record<string, string>;
    return all.filter(({ key }) => key in recorded || key.startsWith(`${project.stack}/${next}/`));
  } catch (problem) {
    if (problem instanceof AwsProblem)
      throw new Refusal(`${problem.message} --from-profile names the profile.`);
    throw problem;
  }
}

function judge(
  from: Side,
  to: Side,
  documents: readonly StoredDocument[],
  options: PromoteOptions,
  now: Date,
): { problems: string[]; parameters: Parameters; release: string } {
  const parameters = readParameters(to.project);
  const { next } = parameters.release;
  if (next === undefined)
    throw new Refusal(
      `${to.project.stack} introduces no release. Way out: set release.next in ${to.project.configFile}.`,
    );
  const {
    releases,
    images,
    steps,
    parameters: flat,
  } = from.outputs as {
    releases?: { next?: string };
    images?: Record<string, Record<string, string>>;
    steps?: Record<string, StepOutput>;
    parameters?: Flat;
  };
  const chain = verifyChain(documents, (from.outputs.documents ?? {}) as Record<string, string>);
  const proved = { release: releases?.next, images: images?.[next], parameters: flat, steps: steps ?? {} };
  const wanted = {
    release: next,
    images: imagesOf(to.project, parameters, next),
    parameters: provedParameters(parameters),
    differences: parameters.change.differences,
    proofAge: seconds(parameters.change.proofAge),
  };
  return {
    parameters,
    release: next,
    problems: [
      ...judgeProved(proved, wanted, from.project.stack, now),
      ...chain.broken.map(
        ({ key, problem }) =>
          `${key}: ${problem}. Way out: find out who altered it; raise attempt in ${from.project.stack} and prove the release again.`,
      ),
      ...judgePeople(options, parameters),
    ],
  };
}

function judgePeople(options: PromoteOptions, parameters: Parameters): string[] {
  const approver = approverOf(options, parameters);
  const operators = operatorNames();
  return [
    ...(approver === undefined
      ? ["Nobody approved the change. Way out: --approver NAME, or change.approver in the stack file."]
      : operators.some((one) => one.trim().toLowerCase() === approver.trim().toLowerCase())
        ? [
            `${approver} would approve and promote. Way out: somebody else runs this command, or --approver names somebody else who approved.`,
          ]
        : []),
    ...(ticketOf(options, parameters) === undefined
      ? ["The change has no ticket. Way out: --ticket NUMBER, or change.ticket in the stack file."]
      : []),
  ];
}

async function record(
  from: Side,
  to: Side,
  release: string,
  parameters: Parameters,
  options: PromoteOptions,
  limits: Readonly<Record<string, string>>,
  startedAt: Date,
): Promise<{ key: string; digest: string }> {
  const { bucket } = (to.outputs.evidence ?? {}) as { bucket?: string };
  if (bucket === undefined)
    throw new Refusal(
      `${to.project.stack} is not deployed yet, so it has no place for evidence. Way out: order-upgrade run --stack ${to.project.stack} --to steady`,
    );
  const { attempt, phase } = readDial(to.project);
  const steps = from.outputs.steps as Record<string, StepOutput>;
  const flat = provedParameters(parameters);
  const body = promotionDocument({
    stack: to.project.stack,
    release,
    attempt,
    inputs: {
      from: parameters.change.staging ?? qualified(from.project),
      approver: approverOf(options, parameters) ?? "",
      operator: operatorNames()[0] ?? "",
      ticket: ticketOf(options, parameters) ?? "",
      images: digestOfValue(imagesOf(to.project, parameters, release)),
      parameters: digestOfValue(flat),
      steps: Object.fromEntries(PROMOTED_STEPS.map((step) => [step, steps[step]?.digest ?? ""])),
    },
    checks: [
      { name: "same-images", holds: true, detail: `${release} as in ${from.project.stack}` },
      {
        name: "parameters-proved",
        holds: true,
        detail: `${Object.keys(flat).length} parameters; differ by declaration: ${parameters.change.differences.join(", ") || "none"}`,
      },
      { name: "evidence-unaltered", holds: true, detail: "chain of digests and state agree" },
      { name: "two-people", holds: true, detail: `phase ${phase}` },
    ],
    limits,
    startedAt,
    finishedAt: new Date(),
  });
  const key = promotionKey(to.project.stack, release, attempt);
  try {
    return { key, digest: await writeStored({ bucket, region: regionOf(to.project) }, key, body) };
  } catch (problem) {
    if (problem instanceof AwsProblem) throw new Refusal(problem.message);
    throw problem;
  }
}

const imagesOf = (project: Project, parameters: Parameters, release: string): Record<string, string> =>
  Object.fromEntries(
    Object.entries(manifestsOf(project, parameters)[release]?.images ?? {}).map(([name, { reference }]) => [
      name,
      reference,
    ]),
  );

/** What each step took, of its newest document. */
const rehearsed = (documents: readonly StoredDocument[]): Rehearsed[] =>
  documents.flatMap(({ body }) => {
    const { step, verdict, startedAt, finishedAt } = JSON.parse(body) as Record<string, string>;
    const took = (Date.parse(finishedAt ?? "") - Date.parse(startedAt ?? "")) / 1000;
    return verdict === "passed" && step !== undefined ? [{ step, seconds: took }] : [];
  });

function readScale(text = "1"): number {
  const scale = Number(text);
  if (!(scale > 0)) throw new Refusal(`--scale ${text}: use a number above 0, such as 12.`, 2);
  return scale;
}

const approverOf = ({ approver }: PromoteOptions, { change }: Parameters): string | undefined =>
  approver ?? change.approver;
const ticketOf = ({ ticket }: PromoteOptions, { change }: Parameters): string | undefined =>
  ticket ?? change.ticket;
/** The name under which other stacks of the same backend find it. */
const qualified = ({ name, stack }: Project): string => `organization/${name}/${stack}`;
