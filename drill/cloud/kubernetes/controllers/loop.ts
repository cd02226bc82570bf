import type { ApiServer } from "../api/server";
import { ApiError } from "../api/status";
import type { StoreEvent } from "../api/store";

/** One controller: from what happened to the names of what it has to look at, and what it does about each. */
export interface Controller {
  readonly name: string;
  /** Keys of the objects this event concerns. */
  concerns(event: StoreEvent): Iterable<string>;
  /** Brings the world closer to what the object wants. May answer after how many milliseconds to look again. */
  reconcile(key: string): number | undefined;
}

interface Waiting {
  readonly due: number;
  readonly cancel: () => void;
}

const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 30_000;

/** Runs controllers: every key once at a time, soon after something happened to it, and again when asked to. */
export class ControllerLoop {
  readonly #waiting = new Map<string, Waiting>();
  readonly #failures = new Map<string, number>();
  readonly #server: ApiServer;
  readonly #controllers: readonly Controller[];
  readonly #log: (message: string) => void;
  #unwatch: (() => void) | undefined;

  constructor(
    server: ApiServer,
    controllers: readonly Controller[],
    log: (message: string) => void = () => undefined,
  ) {
    this.#server = server;
    this.#controllers = controllers;
    this.#log = log;
  }

  /** Looks at everything that is there, then at what happens. */
  start(): void {
    this.#unwatch = this.#server.watch((event) => this.#hear(event));
    for (const object of this.#server.all()) this.#hear({ type: "ADDED", object, previous: undefined });
  }

  stop(): void {
    this.#unwatch?.();
    for (const { cancel } of this.#waiting.values()) cancel();
    this.#waiting.clear();
  }

  #hear(event: StoreEvent): void {
    for (const controller of this.#controllers) {
      for (const key of controller.concerns(event)) this.#enqueue(controller, key, 0);
    }
  }

  #enqueue(controller: Controller, key: string, delay: number): void {
    const id = `${controller.name} ${key}`;
    const due = this.#server.clock.now() + delay;
    const waiting = this.#waiting.get(id);
    if (waiting !== undefined) {
      if (waiting.due <= due) return;
      waiting.cancel();
    }
    const cancel = this.#server.clock.after(delay, () => {
      this.#waiting.delete(id);
      this.#run(controller, key, id);
    });
    this.#waiting.set(id, { due, cancel });
  }

  #run(controller: Controller, key: string, id: string): void {
    try {
      const again = controller.reconcile(key);
      this.#failures.delete(id);
      if (again !== undefined) this.#enqueue(controller, key, Math.max(again, 1));
    } catch (problem) {
      const failures = (this.#failures.get(id) ?? 0) + 1;
      this.#failures.set(id, failures);
      // A refusal by the API is a state of the world to come back to; anything else is a mistake of the controller.
      if (!(problem instanceof ApiError))
        this.#log(`${id}: ${problem instanceof Error ? problem.stack : String(problem)}`);
      this.#enqueue(controller, key, Math.min(FIRST_PAUSE * 2 ** (failures - 1), LONGEST_PAUSE));
    }
  }
}

/** `NAMESPACE/NAME`, the key of an object for a controller of its kind. */
export function keyOf(metadata: { readonly name: string; readonly namespace?: string }): string {
  return `${metadata.namespace ?? ""}/${metadata.name}`;
}

export function fromKey(key: string): { readonly namespace: string; readonly name: string } {
  const slash = key.indexOf("/");
  return { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}
