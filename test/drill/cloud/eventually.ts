import { expect } from "vitest";

/** Waits until an expectation holds; patient, because the machine may be busy with other tests. */
export const eventually = <T>(look: () => T) => expect.poll(look, { timeout: 30_000, interval: 20 });
