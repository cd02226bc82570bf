import type { ActiveFault, Fault, FaultKind } from "../faults/fault";
import type { PodFaults, PodIdentity } from "./kubelet/ports";
import type { ServiceProxy } from "./kubelet/service-proxy";

interface PodMatch {
  readonly image: string | undefined;
  readonly pod: string | undefined;
}

interface EnvironmentFault extends PodMatch {
  readonly environment: Readonly<Record<string, string>>;
}

interface KillFault extends PodMatch {
  readonly pattern: RegExp;
  left: number;
  strikes: number;
}

interface SlowFault extends PodMatch {
  readonly milliseconds: number;
}

/**
 * Troubles of pods and Services. `image` is the repository (or the end of it) and `pod` a prefix of the pod's name;
 * both limit which pods are concerned, those that start after the fault has begun.
 *
 * - `pod-environment {image?, pod?, environment}` sets variables;
 * - `pod-kill {image?, pod?, pattern, times}` kills a pod when it prints a line that matches, that often;
 * - `pod-slow {image?, pod?, seconds}` holds readiness back;
 * - `service-cut {namespace, service}` leaves a Service without pods.
 */
export class ClusterFaults implements PodFaults {
  readonly #environments = new Set<EnvironmentFault>();
  readonly #kills = new Set<KillFault>();
  readonly #slow = new Set<SlowFault>();
  readonly kinds: Readonly<Record<string, FaultKind<Fault>>>;

  constructor(proxy: ServiceProxy) {
    this.kinds = {
      "pod-environment": {
        check: (fault) => [...podProblems(fault), ...environmentProblems(fault)],
        start: (fault) =>
          within(this.#environments, {
            ...matchOf(fault),
            environment: fault.environment as Record<string, string>,
          }),
      },
      "pod-kill": {
        check: (fault) => [
          ...podProblems(fault),
          ...patternProblems(fault),
          ...wholeNumber(fault, "times", 1),
        ],
        start: (fault) => {
          const kill: KillFault = {
            ...matchOf(fault),
            pattern: new RegExp(String(fault.pattern)),
            left: Number(fault.times ?? 1),
            strikes: 0,
          };
          return { ...within(this.#kills, kill), strikes: () => kill.strikes };
        },
      },
      "pod-slow": {
        check: (fault) => [...podProblems(fault), ...wholeNumber(fault, "seconds", 0)],
        start: (fault) =>
          within(this.#slow, { ...matchOf(fault), milliseconds: Number(fault.seconds) * 1000 }),
      },
      "service-cut": {
        check: (fault) => ["namespace", "service"].flatMap((name) => textProblems(fault, name, true)),
        start: (fault) => ({ end: proxy.cut(String(fault.namespace), String(fault.service)) }),
      },
    };
  }

  environmentFor(pod: PodIdentity): Readonly<Record<string, string>> {
    const found = [...this.#environments].filter((fault) => concerns(fault, pod));
    return Object.assign({}, ...found.map(({ environment }) => environment)) as Record<string, string>;
  }

  readinessDelay(pod: PodIdentity): number {
    return Math.max(
      0,
      ...[...this.#slow].filter((fault) => concerns(fault, pod)).map(({ milliseconds }) => milliseconds),
    );
  }

  watchesLog(pod: PodIdentity): boolean {
    return [...this.#kills].some((fault) => fault.left > 0 && concerns(fault, pod));
  }

  killsOn(pod: PodIdentity, line: string): boolean {
    for (const fault of this.#kills) {
      if (fault.left === 0 || !concerns(fault, pod) || !fault.pattern.test(line)) continue;
      fault.left -= 1;
      fault.strikes += 1;
      return true;
    }
    return false;
  }
}

function within<T>(set: Set<T>, item: T): ActiveFault {
  set.add(item);
  return { end: () => void set.delete(item) };
}

function concerns({ image, pod }: PodMatch, identity: PodIdentity): boolean {
  if (pod !== undefined && !identity.name.startsWith(pod)) return false;
  return image === undefined || identity.images.some((each) => isOf(each, image));
}

function isOf(reference: string, repository: string): boolean {
  const own = reference.replace(/[@].*$/, "").replace(/:[^/:]*$/, "");
  return own === repository || own.endsWith(`/${repository}`);
}

function matchOf(fault: Fault): PodMatch {
  return { image: fault.image as string | undefined, pod: fault.pod as string | undefined };
}

function podProblems(fault: Fault): string[] {
  const problems = [...textProblems(fault, "image", false), ...textProblems(fault, "pod", false)];
  if (fault.image === undefined && fault.pod === undefined)
    problems.push("image or pod: one of them is needed to say which pods");
  return problems;
}

function textProblems(fault: Fault, name: string, needed: boolean): string[] {
  const value = fault[name];
  if (value === undefined && !needed) return [];
  return typeof value === "string" && value !== ""
    ? []
    : [`${name}: expected a text, got ${JSON.stringify(value)}`];
}

function environmentProblems({ environment }: Fault): string[] {
  const fine =
    typeof environment === "object" &&
    environment !== null &&
    Object.values(environment).every((value) => typeof value === "string");
  return fine ? [] : ["environment: expected an object of texts"];
}

function patternProblems(fault: Fault): string[] {
  try {
    new RegExp(String(fault.pattern));
    return textProblems(fault, "pattern", true);
  } catch (problem) {
    return [`pattern: ${(problem as Error).message}`];
  }
}

function wholeNumber(fault: Fault, name: string, least: number): string[] {
  const value = fault[name];
  if (value === undefined && name === "times") return [];
  return Number.isInteger(value) && Number(value) >= least
    ? []
    : [`${name}: expected a whole number from ${least}, got ${JSON.stringify(value)}`];
}
