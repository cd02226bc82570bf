import { messageOf } from "../errors";
import type { HookKind } from "../resource/state";
import type { Deployment } from "./deployment";
import type { HookArguments } from "./hooks";

/** The operation was done; a failing hook fails the update, but the state keeps what was done. */
export async function afterHooks(deployment: Deployment, kind: HookKind, args: HookArguments): Promise<void> {
  try {
    await deployment.hooks.run(kind, args);
  } catch (error) {
    deployment.diagnostics.error(messageOf(error), args.state.urn);
    deployment.postStepError = error as Error;
  }
}
