import { afterAll, beforeAll, expect, test } from "vitest";
import { drain } from "../../../jobs/drain";
import { tryStep } from "../support/run";
import { sql } from "../support/sql";
import { type Stage, setStage } from "../support/stage";

let stage: Stage;
beforeAll(async () => {
  stage = await setStage();
});
afterAll(() => stage.close());

const run = (limit: number, quiet: number) =>
  tryStep({
    step: "drain",
    work: drain,
    storage: stage.storage,
    variables: { ...stage.variables, RELEASE: "1.0.0" },
    parameters: { verification: { drain: { limit, quiet } } },
  });

test("nothing in flight passes once it has stayed so", async () => {
  const { code, evidence } = await run(20, 0.6);
  expect(code).toBe(0);
  expect(evidence.figures.seconds).toBeGreaterThanOrEqual(0.6);
});

test("work in flight is waited for", async () => {
  await sql(stage.database, "INSERT INTO small_v1.work VALUES ('orders', now() + interval '1 hour')");
  const waiting = run(30, 0);
  await sql(stage.database, "DELETE FROM small_v1.work");
  expect((await waiting).code).toBe(0);
});

test("work that does not end stops the hand-over and names the worker", async () => {
  await sql(
    stage.database,
    "INSERT INTO small_v1.work VALUES ('orders', now() + interval '1 hour'), ('orders', now() + interval '1 hour')",
  );
  const { code, evidence } = await run(0.6, 0);
  await sql(stage.database, "DELETE FROM small_v1.work");
  expect([code, evidence.checks]).toEqual([
    1,
    [expect.objectContaining({ name: "drained-orders-worker", holds: false, value: 2, limit: 0 })],
  ]);
});
