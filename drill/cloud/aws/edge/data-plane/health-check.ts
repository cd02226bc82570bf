import { request } from "node:http";
import type { Target, TargetHealth } from "../../../ports";
import type { HealthCheck } from "./configuration";

/** Between checks of a target that has not answered yet; AWS checks a new target at once as well. */
const FIRST_CHECKS_MILLISECONDS = 500;

/**
 * Checks a target again and again until the answer is called.
 *
 * The first success makes a new target healthy; after that the thresholds count. A new target that does not answer for
 * as long as `unhealthyThreshold` intervals is unhealthy.
 */
export function watchHealth(
  target: Target,
  check: HealthCheck,
  report: (health: TargetHealth, reason: string) => void,
): () => void {
  let health: TargetHealth = "initial";
  let streak = 0;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  const began = Date.now();

  const judge = (reason: string | undefined): void => {
    const passed = reason === undefined;
    if (health === "initial") {
      const patience = check.unhealthyThreshold * check.intervalSeconds * 1000;
      if (passed) health = "healthy";
      else if (Date.now() - began >= patience) health = "unhealthy";
      streak = 0;
    } else {
      streak = passed === (health === "healthy") ? 0 : streak + 1;
      const needed = passed ? check.healthyThreshold : check.unhealthyThreshold;
      if (streak >= needed) {
        health = passed ? "healthy" : "unhealthy";
        streak = 0;
      }
    }
    report(health, reason ?? "passed");
  };

  const run = (): void => {
    if (stopped) return;
    void probe(target, check).then((reason) => {
      if (stopped) return;
      judge(reason);
      const pause = health === "initial" ? FIRST_CHECKS_MILLISECONDS : check.intervalSeconds * 1000;
      timer = setTimeout(run, Math.min(pause, check.intervalSeconds * 1000));
      timer.unref();
    });
  };

  if (check.enabled) run();
  else report("healthy", "health checks are off");
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}

/** Why the target failed the check; undefined: it passed. */
function probe(target: Target, check: HealthCheck): Promise<string | undefined> {
  return new Promise((done) => {
    const call = request(
      {
        host: target.host,
        port: check.port ?? target.port,
        path: check.path,
        agent: false,
        timeout: check.timeoutSeconds * 1000,
        headers: { "user-agent": "ELB-HealthChecker/2.0", connection: "close" },
      },
      (response) => {
        response.resume();
        const code = response.statusCode ?? 0;
        done(matches(check.matcher, code) ? undefined : `answered ${code}`);
      },
    );
    call.on("timeout", () => call.destroy(new Error("timed out")));
    call.on("error", (problem) => done(problem.message));
    call.end();
  });
}

export function matches(matcher: string, code: number): boolean {
  return matcher.split(",").some((part) => {
    const [low, high = low] = part.trim().split("-").map(Number);
    return code >= (low ?? 0) && code <= (high ?? 0);
  });
}
