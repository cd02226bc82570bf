import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Probe, typical } from "../../../jobs/migrate/pace/probe";
import type { Session } from "../../../jobs/migrate/session";

describe("what a small write typically takes", () => {
  it("leaves out the slowest tenth", () => {
    expect(typical([1, 2, 3, 2, 1, 2, 3, 2, 2, 900])).toBe(2);
  });

  it("sees what only a third of the writes meet", () => {
    expect(typical([1, 1, 1, 1, 1, 1, 7, 7, 7])).toBeCloseTo(2.5);
  });

  it("lies between the fastest and the slowest", () => {
    const writes = fc.array(fc.double({ min: 0, max: 1e4, noNaN: true }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(writes, (taken) => {
        expect(typical(taken)).toBeGreaterThanOrEqual(Math.min(...taken) * 0.999);
        expect(typical(taken)).toBeLessThanOrEqual(Math.max(...taken) * 1.001);
      }),
    );
  });
});

describe("the probe", () => {
  const stop = new AbortController();
  const session = (query: (text: string) => Promise<unknown>) =>
    ({ client: async () => ({ query }) }) as unknown as Session;

  it("tells what writes took since it was asked last, and of one that hangs what it takes already", async () => {
    let release = (): void => {};
    let hanging: Promise<void> | undefined;
    const probe = new Probe(
      session(async (text) => {
        if (text !== "SELECT") await (hanging ?? new Promise((done) => setTimeout(done, 5)));
      }),
      stop.signal,
    );
    const running = probe.run();
    while ((probe.take() ?? 0) < 4) await new Promise((done) => setTimeout(done, 20));
    hanging = new Promise((done) => {
      release = done;
    });
    while ((probe.take() ?? 0) < 80) await new Promise((done) => setTimeout(done, 10));
    stop.abort();
    release();
    await running;
  });

  it("says nothing when nobody can write, and goes on trying", async () => {
    const ended = new AbortController();
    let tries = 0;
    const probe = new Probe(
      session(async () => {
        tries += 1;
        throw new Error("the server restarts");
      }),
      ended.signal,
    );
    const running = probe.run();
    while (tries < 3) await new Promise((done) => setTimeout(done, 10));
    expect(probe.take()).toBeUndefined();
    ended.abort();
    await running;
  });
});
