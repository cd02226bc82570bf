import { messageOf } from "../errors";
import type { OperationResult } from "../host/provider";
import type { Deployment } from "./deployment";
import type { HookArguments } from "./hooks";

const MAXIMUM = 100;

/**
 * Runs an operation; when it fails, the resource's error hooks may ask for another try.
 * @throws the last error when no hook asks for a retry
 */
export async function withErrorHooks<T extends OperationResult | undefined>(
  deployment: Deployment,
  about: HookArguments & { operation: "create" | "update" | "delete" },
  run: () => Promise<T>,
): Promise<T> {
  const failures: string[] = [];
  for (;;) {
    let result: T | undefined;
    let failure: unknown;
    try {
      result = await run();
      if (!result?.partial) return result;
      failure = new Error(result.partial.message);
    } catch (error) {
      failure = error;
    }
    failures.unshift(messageOf(failure));
    if (failures.length >= MAXIMUM) {
      deployment.diagnostics.warning(
        `maximum number of error hook retries (${MAXIMUM}) reached`,
        about.state.urn,
      );
      throw new Error("maximum number of error hook retries reached");
    }
    if (!(await wantsRetry(deployment, about, failures))) {
      if (result?.partial) return result;
      throw failure;
    }
    deployment.diagnostics.warning(
      `retrying ${about.operation} due to on-error hook request (${failures.length}/${MAXIMUM})`,
      about.state.urn,
    );
  }
}

async function wantsRetry(
  deployment: Deployment,
  about: HookArguments & { operation: "create" | "update" | "delete" },
  failures: string[],
): Promise<boolean> {
  const names = about.state.resourceHooks.OnError ?? [];
  try {
    return await deployment.hooks.runErrorHooks(names, about, failures);
  } catch (error) {
    // Why the resource could not be deleted says more than what went wrong in the hook.
    if (about.operation === "delete") return false;
    throw error;
  }
}
