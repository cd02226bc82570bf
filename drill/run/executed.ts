import type { TurnReport } from "./operator";

/** Resources by type, such as {"aws:lb/listener:Listener": 2}. */
export type Counts = Readonly<Record<string, number>>;

/** What a drill made: what the cloud ran, and what it only checked and kept. */
export interface Substance {
  readonly executed: Counts;
  readonly recorded: Counts;
}

/** What the drill cloud says of itself. */
export interface CloudKinds {
  /** Types of AWS resources that are not run. */
  readonly recordedTypes: readonly string[];
  /** Kinds of the cluster because of which something happens. */
  readonly kubernetes: { readonly executedKinds: readonly string[] };
}

const PROVIDED = /^(aws|kubernetes|random):/;

/** Each resource the updates of a drill changed, counted once. Components of the program itself are left out. */
export function substanceOf(turns: readonly TurnReport[], cloud: CloudKinds): Substance {
  const seen = new Set<string>();
  const executed: Record<string, number> = {};
  const recorded: Record<string, number> = {};
  for (const { type, name } of turns.flatMap(({ steps }) => steps)) {
    if (!PROVIDED.test(type) || seen.has(`${type} ${name}`)) continue;
    seen.add(`${type} ${name}`);
    const counts = isExecuted(type, cloud) ? executed : recorded;
    counts[type] = (counts[type] ?? 0) + 1;
  }
  return { executed, recorded };
}

function isExecuted(type: string, { recordedTypes, kubernetes }: CloudKinds): boolean {
  if (type.startsWith("kubernetes:")) return kubernetes.executedKinds.includes(kindOf(type));
  return !recordedTypes.includes(type);
}

const kindOf = (type: string): string => type.slice(type.lastIndexOf(":") + 1);

/** `cloudwatch.MetricAlarm` of `aws:cloudwatch/metricAlarm:MetricAlarm`; kinds of the cluster stand for themselves. */
export function nameOfType(type: string): string {
  const [provider, module = ""] = type.split(":");
  const kind = kindOf(type);
  if (provider === "kubernetes") return kind;
  return `${provider === "aws" ? module.split("/")[0] : provider}.${kind}`;
}
