import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import type { ChangeStep, Flow, HttpStep, QueryStep } from "../../releases/checks";
import { ask } from "../frame/http";
import { messageOf } from "../frame/problems";
import type { Check } from "../frame/result";
import { problemsOf, show } from "./expectation";
import { sameValue, valueAt } from "./places";
import { fill, fillText, MissingCapture } from "./templates";

export interface FlowSurroundings {
  /** Connection whose search path is the release's schema. */
  readonly client: pg.ClientBase;
  /** Base URL of a module; throws when it is not known. */
  readonly base: (module: string) => string;
  /** Known to every flow as `{{release}}`. */
  readonly release: string;
  /** Beginning of `{{unique}}`, a text no other flow and no other run has. */
  readonly unique: string;
  readonly signal: AbortSignal;
}

/** Customers go on buying while an answer is compared with the database; so often is it asked again before it is wrong. */
const TRIES = 8;
const PAUSE = 250;

/** Runs a flow as often as it may be tried, until it holds. Each try is a customer of its own. */
export async function runFlow(flow: Flow, surroundings: FlowSurroundings): Promise<Check[]> {
  for (let attempt = 1; ; attempt += 1) {
    const checks = await tryFlow(flow, surroundings, `${surroundings.unique}-${attempt}`);
    if (attempt >= flow.attempts || checks.every(({ holds }) => holds)) return checks;
  }
}

/** Runs the steps of a flow in order up to the first that fails, then its cleanup. */
async function tryFlow(flow: Flow, surroundings: FlowSurroundings, unique: string): Promise<Check[]> {
  const captured: Record<string, unknown> = { release: surroundings.release, unique };
  const checks: Check[] = [];
  const judge = async (step: Flow["steps"][number]): Promise<string[]> => {
    if ("request" in step) return askUntilRight(step, captured, surroundings);
    if ("change" in step) return change(step, captured, surroundings.client);
    return capture(step, captured, surroundings.client);
  };
  for (const step of flow.steps) {
    surroundings.signal.throwIfAborted();
    const problems = await judge(step).catch((problem) =>
      problem instanceof NothingThere ? undefined : [messageOf(problem)],
    );
    if (problems === undefined) break;
    checks.push(checkOf(flow, step.name, problems, flow.what));
    if (problems.length > 0) break;
  }
  for (const step of flow.cleanup) {
    try {
      const problems = await judge(step);
      if (problems.length > 0)
        checks.push(checkOf(flow, step.name, problems, "nothing of the flow stays behind"));
    } catch (problem) {
      // What was never made needs no cleaning up.
      if (!(problem instanceof MissingCapture))
        checks.push(checkOf(flow, step.name, [messageOf(problem)], flow.what));
    }
  }
  return checks;
}

/** An optional query found nothing: the rest of the flow has no subject. */
class NothingThere extends Error {}

const checkOf = (flow: Flow, step: string, problems: readonly string[], what: string): Check => ({
  name: `flow-${flow.name}-${step}`,
  holds: problems.length === 0,
  detail: problems.length === 0 ? what : `${what}: ${problems.join("; ")}`,
});

async function capture(
  step: QueryStep,
  captured: Record<string, unknown>,
  client: pg.ClientBase,
): Promise<string[]> {
  const values = step.parameters.map((parameter) => fill(parameter, captured));
  const { rows } = await client.query<Record<string, unknown>>(step.query, values);
  if (rows[0] === undefined && step.optional) throw new NothingThere();
  if (rows[0] === undefined) return ["the query returned no row"];
  Object.assign(captured, rows[0]);
  return [];
}

async function change(
  step: ChangeStep,
  captured: Record<string, unknown>,
  client: pg.ClientBase,
): Promise<string[]> {
  const values = step.parameters.map((parameter) => fill(parameter, captured));
  const { rowCount } = await client.query(step.change, values);
  return rowCount === 1 ? [] : [`the change met ${rowCount ?? 0} rows instead of one`];
}

async function askUntilRight(
  step: HttpStep,
  captured: Record<string, unknown>,
  surroundings: FlowSurroundings,
): Promise<string[]> {
  const compares = step.expect.equalsQuery.length > 0;
  const until = performance.now() + step.withinSeconds * 1000;
  for (let tried = 1; ; tried += 1) {
    const problems = await askOnce(step, captured, surroundings);
    const again = performance.now() < until || (compares && tried < TRIES);
    if (problems.length === 0 || !again) return problems;
    await sleep(PAUSE, undefined, { signal: surroundings.signal });
  }
}

async function askOnce(
  step: HttpStep,
  captured: Record<string, unknown>,
  { client, base, signal }: FlowSurroundings,
): Promise<string[]> {
  const { request, expect } = step;
  // The truth may move between the question and the answer, so it is read before and after.
  const truths = async (): Promise<unknown[]> => {
    const found: unknown[] = [];
    for (const { query, parameters } of expect.equalsQuery) {
      const { rows } = await client.query<Record<string, unknown>>(
        query,
        parameters.map((one) => fill(one, captured)),
      );
      found.push(Object.values(rows[0] ?? {})[0]);
    }
    return found;
  };
  const before = await truths();
  const answer = await ask({
    method: request.method,
    url: base(request.module) + fillText(request.path, captured, encodeURIComponent),
    headers: Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, fillText(value, captured)]),
    ),
    ...(request.body === undefined ? {} : { body: fill(request.body, captured) }),
    signal,
  });
  const problems = problemsOf(answer, expect, captured);
  const after = await truths();
  for (const [index, { answer: place }] of expect.equalsQuery.entries()) {
    const got = valueAt(answer.json, fillText(place, captured));
    if (got === undefined || ![before[index], after[index]].some((truth) => sameValue(got, truth)))
      problems.push(`${place} is ${show(got)}, the database says ${show(after[index])}`);
  }
  if (problems.length > 0) return problems;
  for (const [name, place] of Object.entries(step.capture)) {
    const value = valueAt(answer.json, place);
    if (value === undefined || value === null) problems.push(`there is nothing to capture at ${place}`);
    else captured[name] = value;
  }
  return problems;
}
