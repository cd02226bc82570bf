import type { Fault, FaultKind } from "./fault";

/**
 * Faults in the words of a release, made of those that the cluster knows.
 *
 * - `kill-job {job, logMatches, times?}` kills a Job's pod when it prints a matching line, that often (default 1);
 * - `environment {repository, variables, release?}` sets variables in containers of an image, of one release or of all.
 */
export function namedFaults(
  cluster: Readonly<Record<string, FaultKind<Fault>>>,
): Readonly<Record<string, FaultKind<Fault>>> {
  const [kill, environment] = [cluster["pod-kill"], cluster["pod-environment"]];
  return {
    ...(kill === undefined
      ? {}
      : {
          "kill-job": translated(kill, { job: "pod", logMatches: "pattern", times: "times" }, (fault) => ({
            pod: fault.job,
            pattern: fault.logMatches,
            times: fault.times ?? 1,
          })),
        }),
    ...(environment === undefined
      ? {}
      : {
          environment: translated(
            environment,
            { repository: "image", variables: "environment", release: "pod" },
            (fault) => ({
              image: fault.repository,
              environment: fault.variables,
              ...(fault.release === undefined ? {} : { pod: podsOf(fault) }),
            }),
          ),
        }),
  };
}

/** Pods of a module bear its name and its release (docs/contracts.md, 2); its image has the module's name as well. */
function podsOf({ repository, release }: Fault): unknown {
  if (typeof release !== "string" || !/^\d+\.\d+\.\d+/.test(release)) return null;
  return `${String(repository).split("/").at(-1)}-${release.replace(/[.+]/g, "-")}`;
}

function translated(
  kind: FaultKind<Fault>,
  names: Readonly<Record<string, string>>,
  translate: (fault: Fault) => Record<string, unknown>,
): FaultKind<Fault> {
  const other = (fault: Fault): Fault => ({ ...translate(fault), kind: fault.kind });
  return {
    check: (fault) =>
      kind.check(other(fault)).map((problem) => {
        const own = Object.entries(names).find(([, theirs]) => problem.startsWith(`${theirs}:`));
        return own === undefined ? problem : `${own[0]}${problem.slice(own[1].length)}`;
      }),
    start: (fault) => kind.start(other(fault)),
  };
}
