import { createHash } from "node:crypto";
import { isList, isValues, type Value, type Values } from "../../provider/values";

type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** `aws.iam.getPolicyDocument`: the policy as JSON text, laid out as the real function does. */
export function policyDocument(inputs: Values): Values {
  const own = list(inputs.statements).filter(isValues).map(statement);
  const sources = list(inputs.sourcePolicyDocuments).flatMap(statementsOf);
  const overrides = list(inputs.overridePolicyDocuments).flatMap(statementsOf);
  const merged: Record<string, Json>[] = [...sources, ...own];
  refuseRepeated(merged);
  for (const override of overrides) {
    const same = merged.findIndex(({ Sid }) => Sid !== undefined && Sid === override.Sid);
    if (same >= 0) merged[same] = override;
    else merged.push(override);
  }
  const document: Record<string, Json> = { Version: text(inputs.version) || "2012-10-17" };
  if (text(inputs.policyId) !== "") document.Id = text(inputs.policyId);
  document.Statement = merged;
  const json = JSON.stringify(document, null, 2);
  return {
    ...inputs,
    id: String(Number.parseInt(createHash("sha256").update(json).digest("hex").slice(0, 8), 16)),
    json,
    minifiedJson: JSON.stringify(document),
  };
}

function statement(given: Values): Record<string, Json> {
  const made: Record<string, Json> = {};
  if (text(given.sid) !== "") made.Sid = text(given.sid);
  made.Effect = text(given.effect) || "Allow";
  const parts: readonly [string, Value | undefined][] = [
    ["Action", given.actions],
    ["NotAction", given.notActions],
    ["Resource", given.resources],
    ["NotResource", given.notResources],
  ];
  for (const [name, values] of parts) if (list(values).length > 0) made[name] = strings(values);
  if (list(given.principals).length > 0) made.Principal = principals(given.principals);
  if (list(given.notPrincipals).length > 0) made.NotPrincipal = principals(given.notPrincipals);
  const conditions = list(given.conditions).filter(isValues);
  if (conditions.length > 0) {
    const condition: Record<string, Record<string, Json>> = {};
    for (const one of conditions) {
      const test = text(one.test);
      condition[test] = { ...condition[test], [text(one.variable)]: strings(one.values) };
    }
    made.Condition = condition;
  }
  return made;
}

function principals(given: Value | undefined): Json {
  const byType: Record<string, string[]> = {};
  for (const one of list(given).filter(isValues)) {
    const identifiers = list(one.identifiers).map(text);
    if (text(one.type) === "*" && identifiers.length === 1 && identifiers[0] === "*") return "*";
    byType[text(one.type)] = [...(byType[text(one.type)] ?? []), ...identifiers];
  }
  return Object.fromEntries(Object.entries(byType).map(([type, identifiers]) => [type, single(identifiers)]));
}

/** One text alone, several in descending order. `&{…}` stands for a policy variable. */
function strings(given: Value | undefined): Json {
  return single(list(given).map((value) => text(value).replaceAll("&{", "${")));
}

function single(values: readonly string[]): Json {
  return values.length === 1 ? (values[0] as string) : [...values].sort().reverse();
}

function statementsOf(document: Value): Record<string, Json>[] {
  if (text(document) === "") return [];
  const parsed = JSON.parse(text(document)) as { Statement?: Json };
  const statements = parsed.Statement ?? [];
  return (Array.isArray(statements) ? statements : [statements]) as Record<string, Json>[];
}

function refuseRepeated(statements: readonly Record<string, Json>[]): void {
  const seen = new Set<Json>();
  for (const { Sid } of statements) {
    if (Sid === undefined) continue;
    if (seen.has(Sid)) throw new Error(`duplicate Sid (${String(Sid)}) in the policy document`);
    seen.add(Sid);
  }
}

const list = (value: Value | undefined): readonly Value[] => (isList(value) ? value : []);
const text = (value: Value | undefined): string =>
  value === undefined || value === null ? "" : String(value);
