/** A statement of an AWS policy, with single values and lists read alike. */
export interface Statement {
  readonly effect: string;
  readonly actions: readonly string[];
  readonly notActions: readonly string[];
  readonly resources: readonly string[];
  /** Principals as `AWS:*`, `Service:s3.amazonaws.com`; `*` alone is everybody. */
  readonly principals: readonly string[];
  /** Keys of all conditions, lower case, such as `aws:securetransport`. */
  readonly conditionKeys: readonly string[];
  /** Conditions as `operator key value`, lower case. */
  readonly conditions: readonly string[];
}

/** Statements of a policy given as JSON text or as an object. Text that is no JSON is an error: never a pass. */
export function statementsOf(policy: unknown): Statement[] {
  const document = (typeof policy === "string" ? JSON.parse(policy) : policy) as { Statement?: unknown };
  return many<Record<string, unknown>>(document?.Statement).map((statement) => ({
    effect: String(statement.Effect ?? ""),
    actions: many<string>(statement.Action),
    notActions: many<string>(statement.NotAction),
    resources: many<string>(statement.Resource),
    principals: principalsOf(statement.Principal),
    conditionKeys: conditionsOf(statement.Condition).map(([, key]) => key),
    conditions: conditionsOf(statement.Condition).map((condition) => condition.join(" ")),
  }));
}

function principalsOf(principal: unknown): string[] {
  if (principal === undefined) return [];
  if (typeof principal === "string") return [principal];
  return Object.entries(principal as Record<string, unknown>).flatMap(([kind, values]) =>
    many<string>(values).map((value) => (kind === "AWS" && value === "*" ? "*" : `${kind}:${value}`)),
  );
}

function conditionsOf(condition: unknown): [operator: string, key: string, value: string][] {
  return Object.entries((condition ?? {}) as Record<string, Record<string, unknown>>).flatMap(
    ([operator, tests]) =>
      Object.entries(tests).flatMap(([key, values]) =>
        many<string>(values).map((value): [string, string, string] => [
          operator.toLowerCase(),
          key.toLowerCase(),
          String(value).toLowerCase(),
        ]),
      ),
  );
}

function many<T>(value: unknown): T[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? (value as T[]) : [value as T];
}

const LIMITING = [
  "aws:principalorgid",
  "aws:sourceaccount",
  "aws:sourcearn",
  "aws:principalaccount",
  "aws:principalarn",
  "kms:viaservice",
  "kms:calleraccount",
];

/** Whether a statement allows everybody, without a condition that names an account, organisation or service. */
export const allowsEverybody = (statement: Statement): boolean =>
  statement.effect === "Allow" &&
  statement.principals.includes("*") &&
  !statement.conditionKeys.some((key) => LIMITING.includes(key));

/** Whether a statement refuses requests that do not come over TLS. */
export const deniesPlainText = (statement: Statement): boolean =>
  statement.effect === "Deny" &&
  statement.conditions.some((condition) => /^bool(ifexists)? aws:securetransport false$/.test(condition));
