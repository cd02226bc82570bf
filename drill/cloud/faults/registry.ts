import { randomUUID } from "node:crypto";
import type { ActiveFault, Fault, FaultKind } from "./fault";

/** The troubles of a drill: which kinds there are, and which are going on. */
export interface Faults {
  kinds(): string[];
  /** Starts a fault and answers its id. Throws FaultRefused with every problem of its parameters. */
  start(fault: unknown): Promise<string>;
  /** False when no such fault goes on. */
  end(id: string): Promise<boolean>;
  list(): readonly { readonly id: string; readonly fault: Fault; readonly strikes: number | undefined }[];
  endAll(): Promise<void>;
}

export class FaultRefused extends Error {
  constructor(readonly problems: readonly string[]) {
    super(problems.join("; "));
    this.name = "FaultRefused";
  }
}

export function openFaults(kinds: Readonly<Record<string, FaultKind<Fault>>>): Faults {
  const active = new Map<string, { readonly fault: Fault; readonly running: ActiveFault }>();
  const names = Object.keys(kinds).sort();
  return {
    kinds: () => names,
    async start(wanted) {
      const fault = asFault(wanted);
      const kind = Object.hasOwn(kinds, fault.kind) ? kinds[fault.kind] : undefined;
      if (kind === undefined)
        throw new FaultRefused([
          `kind: expected one of ${names.join(", ")}, got ${JSON.stringify(fault.kind)}`,
        ]);
      const problems = kind.check(fault);
      if (problems.length > 0) throw new FaultRefused(problems);
      const running = await kind.start(fault);
      const id = randomUUID();
      active.set(id, { fault, running });
      return id;
    },
    async end(id) {
      const found = active.get(id);
      active.delete(id);
      await found?.running.end();
      return found !== undefined;
    },
    list: () => [...active].map(([id, { fault, running }]) => ({ id, fault, strikes: running.strikes?.() })),
    async endAll() {
      for (const [id, { running }] of active) {
        active.delete(id);
        await running.end();
      }
    },
  };
}

function asFault(wanted: unknown): Fault {
  if (wanted === null || typeof wanted !== "object" || typeof (wanted as Fault).kind !== "string")
    throw new FaultRefused(['expected a JSON object with "kind"']);
  return wanted as Fault;
}
