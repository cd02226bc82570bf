import readline from "node:readline/promises";
import { Refusal } from "../refusal";

/** How the person at the keyboard wants to be asked. */
export interface Consent {
  /** Nobody is there to be asked; what is done instead of asking is recorded with `reason`. */
  readonly yes: boolean;
  readonly reason: string | undefined;
}

/** `--yes` needs a reason, because it takes the place of somebody who thinks about the step. */
export function checkConsent({ yes, reason }: Consent): void {
  if (yes && (reason ?? "").trim() === "")
    throw new Refusal('--yes needs --reason "why nobody is asked"; it is recorded with the update.', 2);
}

export const isInteractive = (): boolean => process.stdin.isTTY === true && process.stdout.isTTY === true;

/**
 * Has a step that cannot be undone confirmed by its name, such as `complete 4.0.0`. Refuses when another text is typed, and
 * where nobody can be asked and `--yes` was not given.
 */
export async function confirmByName(
  name: string,
  what: readonly string[],
  consent: Consent,
  ask: ((question: string) => Promise<string>) | undefined,
): Promise<void> {
  if (consent.yes) return;
  const explained = what.map((one) => `  ${one}`).join("\n");
  if (ask === undefined)
    throw new Refusal(
      `"${name}" cannot be undone:\n${explained}\nWay out: add "${name}" to confirm in the stack file, or run again with --yes --reason "…".`,
    );
  const typed = await ask(`\n"${name}" cannot be undone:\n${explained}\nType ${name} to go on: `);
  if (typed.trim() !== name) throw new Refusal(`"${typed.trim()}" is not "${name}"; nothing was changed.`);
}

/** Asks on the terminal; undefined where there is none. */
export function terminalQuestion(): ((question: string) => Promise<string>) | undefined {
  if (!isInteractive()) return undefined;
  return async (question) => {
    const terminal = readline.createInterface({ input: process.stdin, output: process.stdout });
    try {
      return await terminal.question(question);
    } finally {
      terminal.close();
    }
  };
}
