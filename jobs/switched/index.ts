import { setTimeout as sleep } from "node:timers/promises";
import type { JobContext } from "../frame/context";
import { ask } from "../frame/http";
import { StepProblem } from "../frame/problems";
import { type Check, conclude, type Step } from "../frame/result";
import { checkReleaseInvariants } from "../verify/invariants";

/** Answers in a row that must come from the release before the public address counts as switched. */
const IN_A_ROW = 20;
const PAUSE = 50;

/** The public address serves `RELEASE` and invariants hold. The time of this document is when the soak began. */
export const switched: Step = async (context) => {
  const { environment, progress } = context;
  progress.say(`waiting until ${environment.publicUrl} serves ${environment.release}`);
  const served = await untilServed(context);
  const invariants = await checkReleaseInvariants(context, environment.release);
  return conclude({
    checks: [served.check, ...invariants],
    passed: `${environment.publicUrl} serves ${environment.release}`,
    failed: `the switch to ${environment.release} is not complete`,
    figures: { switchedAt: context.now().toISOString(), seconds: served.seconds },
  });
};

async function untilServed(context: JobContext): Promise<{ check: Check; seconds: number }> {
  const { environment, parameters, progress, signal, now } = context;
  const address = environment.publicUrl;
  if (address === undefined) throw new StepProblem("PUBLIC_URL is missing");
  const paths = publicPaths(context);
  const limit = parameters.verification.switchLimit;
  const started = now().getTime();
  let inARow = 0;
  let last = "no answer";
  for (let asked = 0; ; asked += 1) {
    const answer = await ask({ url: address + (paths[asked % paths.length] ?? "/"), signal });
    const release = answer.headers["x-release"];
    last = answer.problem ?? `${release ?? "no release named"} (status ${answer.status})`;
    inARow = release === environment.release && answer.status < 500 ? inARow + 1 : 0;
    const seconds = (now().getTime() - started) / 1000;
    if (inARow >= IN_A_ROW * paths.length || seconds >= limit) {
      const holds = inARow >= IN_A_ROW * paths.length;
      return {
        seconds,
        check: {
          name: "address-serves-release",
          holds,
          value: holds ? environment.release : last,
          limit: environment.release,
          detail: holds
            ? `${inARow} answers in a row on ${paths.length} paths`
            : `after ${limit} s the last answer came from ${last}; look at the weights and the health of the target groups`,
        },
      };
    }
    progress.count("answers in a row from the release", inARow);
    await sleep(PAUSE / paths.length, undefined, { signal });
  }
}

/** One path of each module that customers reach; a switch concerns all of them. */
function publicPaths({ environment, releases }: JobContext): string[] {
  const paths = releases
    .manifest(environment.release)
    .modules.flatMap((module) => module.public.slice(0, 1))
    .map((pattern) => pattern.replace(/\*.*$/, "") || "/");
  return paths.length === 0 ? ["/"] : paths;
}
