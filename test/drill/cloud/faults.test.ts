import { expect, test, vi } from "vitest";
import type { Fault, FaultKind } from "../../../drill/cloud/faults/fault";
import { namedFaults } from "../../../drill/cloud/faults/named";
import { FaultRefused, openFaults } from "../../../drill/cloud/faults/registry";

const kind = (problems: readonly string[] = []) => {
  const end = vi.fn();
  const start = vi.fn(() => ({ end, strikes: () => 3 }));
  return { end, start, check: vi.fn(() => problems) };
};

test("a fault goes on until it is ended, once", async () => {
  const flood = kind();
  const faults = openFaults({ flood });
  const id = await faults.start({ kind: "flood", depth: 2 });
  expect(faults.list()).toEqual([{ id, fault: { kind: "flood", depth: 2 }, strikes: 3 }]);
  expect([await faults.end(id), await faults.end(id)]).toEqual([true, false]);
  expect(flood.end).toHaveBeenCalledTimes(1);
  await faults.start({ kind: "flood" });
  await faults.endAll();
  expect(flood.end).toHaveBeenCalledTimes(2);
  expect(faults.list()).toEqual([]);
});

test("one with problems is refused with all of them, and does not start", async () => {
  const flood = kind(["depth: missing", "place: missing"]);
  const faults = openFaults({ flood });
  await expect(faults.start({ kind: "flood" })).rejects.toMatchObject({
    problems: ["depth: missing", "place: missing"],
  });
  await expect(faults.start({ kind: "constructor" })).rejects.toThrow(FaultRefused);
  await expect(faults.start("flood")).rejects.toThrow(/JSON object/);
  expect(flood.start).not.toHaveBeenCalled();
});

test("faults named as a release does reach the cluster in its own words, and problems come back in theirs", () => {
  const [kill, environment] = [kind(["pattern: wrong", "pod: wrong"]), kind()];
  const named = namedFaults({ "pod-kill": kill, "pod-environment": environment } as unknown as Record<
    string,
    FaultKind<Fault>
  >);
  const job = { kind: "kill-job", job: "migrate", logMatches: "backfill" };
  expect(named["kill-job"]?.check(job)).toEqual(["logMatches: wrong", "job: wrong"]);
  void named["kill-job"]?.start(job);
  expect(kill.start).toHaveBeenCalledWith({
    kind: "kill-job",
    pod: "migrate",
    pattern: "backfill",
    times: 1,
  });
  void named.environment?.start({
    kind: "environment",
    repository: "shop/inventory",
    release: "4.0.0",
    variables: { A: "1" },
  });
  expect(environment.start).toHaveBeenCalledWith({
    kind: "environment",
    image: "shop/inventory",
    pod: "inventory-4-0-0",
    environment: { A: "1" },
  });
  expect(namedFaults({})).toEqual({});
});
