import { createHash } from "node:crypto";
import { spoken } from "../units";

/** Steps of the proving stack without whose documents a release is not promoted. */
export const PROMOTED_STEPS = ["restore-check", "migrate", "verify", "switched"] as const;

/**
 * Parameters that belong to a stack and not to what it proves: its name, its addresses, who works on it, and where its dial
 * stands. Everything else has to be the same as where the release was proved, unless the stack declares it.
 */
const OWN = [
  "environment",
  "phase",
  "attempt",
  "confirm",
  "change",
  "limits",
  "migration.timeLimit",
  "release.current",
  "cluster.name",
  "network",
  "database.identifier",
  "database.certificates",
  "edge.host",
  "edge.previewHost",
  "edge.publicUrl",
  "edge.certificateArn",
  "edge.zoneId",
  "edge.weight",
  "monitoring.receivers",
  "security.operators",
  "security.support",
  "security.auditors",
  "business.payment.url",
  "business.payment.port",
  "business.payment.cidrs",
  "business.logistics.url",
  "business.logistics.port",
  "business.logistics.cidrs",
] as const;

/** Values by path, such as `database.instanceClass`. */
export type Flat = Readonly<Record<string, unknown>>;

const covers = (declared: string, path: string): boolean =>
  path === declared || path.startsWith(`${declared}.`);

/** The parameters a run of the stack proves, by path; an empty list counts as a value. */
export function provedParameters(parameters: object): Flat {
  const flat: Record<string, unknown> = {};
  const visit = (value: unknown, path: string): void => {
    if (OWN.some((own) => covers(own, path))) return;
    if (typeof value === "object" && value !== null && !Array.isArray(value))
      for (const [key, inner] of Object.entries(value)) visit(inner, path === "" ? key : `${path}.${key}`);
    else if (value !== undefined) flat[path] = value;
  };
  visit(parameters, "");
  return flat;
}

/** A parameter that was another one where the release was proved. */
export interface Unproved {
  readonly path: string;
  readonly proved: unknown;
  readonly wanted: unknown;
}

/** Parameters that differ from where the release was proved and that the stack does not declare as different. */
export function unproved(there: Flat, here: Flat, declared: readonly string[]): Unproved[] {
  return [...new Set([...Object.keys(there), ...Object.keys(here)])]
    .sort()
    .filter((path) => canonical(there[path]) !== canonical(here[path]))
    .filter((path) => !declared.some((one) => covers(one, path)))
    .map((path) => ({ path, proved: there[path], wanted: here[path] }));
}

/** JSON with sorted keys, so that equal values have equal digests. */
export function canonical(value: unknown): string {
  return (
    JSON.stringify(value, (_key, inner: unknown) =>
      typeof inner === "object" && inner !== null && !Array.isArray(inner)
        ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
        : inner,
    ) ?? "null"
  );
}

export const digestOfValue = (value: unknown): string =>
  `sha256:${createHash("sha256").update(canonical(value)).digest("hex")}`;

/** What the promotion record says a promotion rests on: digests, and who stands for it. */
export interface PromotionInputs {
  readonly from: string;
  readonly approver: string;
  readonly operator: string;
  readonly ticket: string;
  /** Of the next release's images. */
  readonly images: string;
  /** Of the parameters of the stack that is promoted to. */
  readonly parameters: string;
  /** Digest of the proving stack's document of each step. */
  readonly steps: Readonly<Record<string, string>>;
}

const STEP = "step ";

/** The inputs of the record, as an evidence document holds them. */
export const writeInputs = ({ steps, ...rest }: PromotionInputs): Record<string, string> => ({
  ...rest,
  ...Object.fromEntries(Object.entries(steps).map(([step, digest]) => [`${STEP}${step}`, digest])),
});

export const readInputs = (inputs: Readonly<Record<string, string>>): PromotionInputs => ({
  from: inputs.from ?? "",
  approver: inputs.approver ?? "",
  operator: inputs.operator ?? "",
  ticket: inputs.ticket ?? "",
  images: inputs.images ?? "",
  parameters: inputs.parameters ?? "",
  steps: Object.fromEntries(
    Object.entries(inputs)
      .filter(([name]) => name.startsWith(STEP))
      .map(([name, digest]) => [name.slice(STEP.length), digest]),
  ),
});

/** What the proving stack says about itself now (docs/contracts.md, 6). */
export interface Proved {
  readonly release: string | undefined;
  /** Of the release, by name. */
  readonly images: Readonly<Record<string, string>> | undefined;
  readonly parameters: Flat | undefined;
  readonly steps: Readonly<
    Record<string, { readonly verdict?: string; readonly digest?: string; readonly finishedAt?: string }>
  >;
}

/** What the stack that is promoted to wants. */
export interface Wanted {
  readonly release: string;
  readonly images: Readonly<Record<string, string>>;
  readonly parameters: Flat;
  readonly differences: readonly string[];
  /** Seconds a proof may be old. */
  readonly proofAge: number;
}

/** Everything that keeps a release that was proved in one stack from another. Each sentence names the way out. */
export function judgeProved(proved: Proved, wanted: Wanted, from: string, now: Date): string[] {
  if (proved.release !== wanted.release)
    return [
      `${from} proved ${proved.release ?? "no release"}, not ${wanted.release}. Way out: take ${from} to live with ${wanted.release}.`,
    ];
  const other = Object.keys({ ...proved.images, ...wanted.images }).filter(
    (name) => proved.images?.[name] !== wanted.images[name],
  );
  return [
    ...(other.length === 0
      ? []
      : [
          `${from} proved other images of ${wanted.release}: ${other
            .map(
              (name) =>
                `${name} ${shortened(proved.images?.[name])} there, ${shortened(wanted.images[name])} here`,
            )
            .join("; ")}. Way out: take ${from} to live again with the images of this manifest.`,
        ]),
    ...PROMOTED_STEPS.flatMap((step) => judgeStep(step, proved, wanted, from, now)),
    ...(proved.parameters === undefined
      ? [`${from} does not say with which parameters it was run. Way out: update it with this program.`]
      : unproved(proved.parameters, wanted.parameters, wanted.differences).map(
          ({ path, proved: there, wanted: here }) =>
            `${path} is unproved: ${canonical(there)} in ${from}, ${canonical(here)} here. Way out: prove ${canonical(here)} in ${from}, or declare the difference: add ${path} to change.differences.`,
        )),
  ];
}

function judgeStep(step: string, { steps }: Proved, wanted: Wanted, from: string, now: Date): string[] {
  const found = steps[step];
  if (found?.verdict !== "passed")
    return [
      `${from} has ${found === undefined ? "no" : `a ${found.verdict}`} ${step} of ${wanted.release}. Way out: take ${from} to live.`,
    ];
  const age = (now.getTime() - Date.parse(found.finishedAt ?? "")) / 1000;
  return age <= wanted.proofAge
    ? []
    : [
        `${step} of ${from} is ${spoken(age)} old, at most ${spoken(wanted.proofAge)} is allowed (change.proofAge). Way out: raise attempt in ${from} and take it to live again.`,
      ];
}

/** Whether a promotion record stands for what is there and what is wanted now. */
export function judgeRecord(
  record:
    | { readonly inputs: PromotionInputs; readonly finishedAt: string; readonly verdict: string }
    | undefined,
  proved: Proved,
  wanted: Wanted & { readonly approver: string | undefined },
  from: string,
  now: Date,
): string[] {
  const again = `Way out: order-upgrade promote --from ${from.split("/").at(-1)} writes a new one.`;
  if (record === undefined) return [`There is no promotion record of ${wanted.release}. ${again}`];
  const { inputs, finishedAt, verdict } = record;
  const age = (now.getTime() - Date.parse(finishedAt)) / 1000;
  const wrong = [
    [verdict !== "passed", `The promotion record says "${verdict}".`],
    [
      !(age <= wanted.proofAge),
      `The promotion record is ${spoken(age)} old, at most ${spoken(wanted.proofAge)} is allowed.`,
    ],
    [
      inputs.from !== from,
      `The promotion record is about ${inputs.from || "no stack"}, change.staging names ${from}.`,
    ],
    [inputs.images !== digestOfValue(wanted.images), "The promotion record is about other images."],
    [inputs.parameters !== digestOfValue(wanted.parameters), "A parameter was changed since the promotion."],
    [
      inputs.approver !== (wanted.approver ?? ""),
      `The promotion record was approved by ${inputs.approver || "nobody"}, change.approver names ${wanted.approver ?? "nobody"}.`,
    ],
    [inputs.approver.toLowerCase() === inputs.operator.toLowerCase(), "Who promoted approved it as well."],
    ...PROMOTED_STEPS.map((step): readonly [boolean, string] => [
      inputs.steps[step] === undefined || inputs.steps[step] !== proved.steps[step]?.digest,
      `${step} of ${from} is not the document that was promoted.`,
    ]),
  ] as const;
  return wrong.filter(([is]) => is).map(([, problem]) => `${problem} ${again}`);
}

const shortened = (reference: string | undefined): string =>
  reference === undefined ? "none" : reference.slice(-12);
