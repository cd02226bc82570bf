import type { TargetHealth } from "../../../ports";
import type { DataPlane } from "../data-plane/data-plane";

/** What goes over between the thread of the cloud and the thread of the data plane. */

/** Calls that are answered. */
export type Method = Exclude<keyof DataPlane, "setTargets">;

export interface Call {
  /** undefined: nobody waits for an answer. */
  readonly id: number | undefined;
  readonly method: keyof DataPlane;
  readonly args: readonly unknown[];
}

export type Message =
  | { readonly kind: "answer"; readonly id: number; readonly value: unknown }
  | { readonly kind: "failure"; readonly id: number; readonly problem: Problem }
  | {
      readonly kind: "health";
      readonly groupArn: string;
      readonly registration: number;
      readonly health: TargetHealth;
    }
  | {
      readonly kind: "log";
      readonly message: string;
      readonly details: Readonly<Record<string, unknown>> | undefined;
    };

/** An error loses its code on the way, so that goes beside it. */
export interface Problem {
  readonly message: string;
  readonly code: string | undefined;
}

export function problemOf(thrown: unknown): Problem {
  if (!(thrown instanceof Error)) return { message: String(thrown), code: undefined };
  return { message: thrown.message, code: (thrown as NodeJS.ErrnoException).code };
}

export function errorOf({ message, code }: Problem): Error {
  return Object.assign(new Error(message), code === undefined ? {} : { code });
}
