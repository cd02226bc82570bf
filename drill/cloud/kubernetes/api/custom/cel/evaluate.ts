import { isFields } from "../../types/meta";
import { same } from "../../values/json";
import { CelError, type Expression, parseRule } from "./parse";

type Scope = ReadonlyMap<string, unknown>;

const parsed = new Map<string, Expression>();

/** Whether a validation rule holds for a value, given the old one in an update; or why it cannot be judged. */
export function evaluateRule(
  rule: string,
  self: unknown,
  oldSelf: unknown,
): "holds" | "fails" | { readonly error: string } {
  try {
    const expression = parsed.get(rule) ?? parseRule(rule);
    parsed.set(rule, expression);
    const scope = new Map<string, unknown>([["self", self]]);
    if (oldSelf !== undefined) scope.set("oldSelf", oldSelf);
    return evaluate(expression, scope) === true ? "holds" : "fails";
  } catch (problem) {
    if (problem instanceof CelError) return { error: `rule ${JSON.stringify(rule)}: ${problem.message}` };
    throw problem;
  }
}

function evaluate(expression: Expression, scope: Scope): unknown {
  switch (expression.kind) {
    case "literal":
      return expression.value;
    case "name":
      if (!scope.has(expression.name)) throw new CelError(`undeclared reference to '${expression.name}'`);
      return scope.get(expression.name);
    case "list":
      return expression.items.map((item) => evaluate(item, scope));
    case "map":
      return Object.fromEntries(
        expression.entries.map(([key, value]) => [String(evaluate(key, scope)), evaluate(value, scope)]),
      );
    case "select":
      return field(evaluate(expression.from, scope), expression.field);
    case "index": {
      const from = evaluate(expression.from, scope);
      const at = evaluate(expression.at, scope);
      if (!Array.isArray(from)) return field(from, String(at));
      if (typeof at !== "number" || at < 0 || at >= from.length)
        throw new CelError(`index out of bounds: ${String(at)}`);
      return from[at];
    }
    case "unary": {
      const value = evaluate(expression.operand, scope);
      return expression.operator === "!" ? !value : -Number(value);
    }
    case "choice":
      return evaluate(
        evaluate(expression.when, scope) === true ? expression.then : expression.otherwise,
        scope,
      );
    case "binary":
      return binary(expression, scope);
    case "call":
      return call(expression, scope);
  }
}

function field(value: unknown, name: string): unknown {
  if (isFields(value) && value[name] !== undefined) return value[name];
  throw new CelError(`no such key: ${name}`);
}

function binary({ operator, left, right }: Expression & { kind: "binary" }, scope: Scope): unknown {
  // Either side may decide; an error on the other side then does not matter.
  if (operator === "&&" || operator === "||") return logical(operator === "||", left, right, scope);
  const [one, other] = [evaluate(left, scope), evaluate(right, scope)];
  switch (operator) {
    case "==":
      return same(one, other);
    case "!=":
      return !same(one, other);
    case "in":
      return Array.isArray(other)
        ? other.some((each) => same(each, one))
        : isFields(other) && other[String(one)] !== undefined;
    case "+":
      if (Array.isArray(one) && Array.isArray(other)) return [...one, ...other];
      return typeof one === "string" ? one + String(other) : Number(one) + Number(other);
    case "-":
      return Number(one) - Number(other);
    case "*":
      return Number(one) * Number(other);
    case "/":
      if (Number(other) === 0) throw new CelError("division by zero");
      return Number.isInteger(one) && Number.isInteger(other)
        ? Math.trunc(Number(one) / Number(other))
        : Number(one) / Number(other);
    case "%":
      return Number(one) % Number(other);
    default:
      return ordered(operator, compare(one, other));
  }
}

function logical(decisive: boolean, left: Expression, right: Expression, scope: Scope): boolean {
  let failure: unknown;
  for (const side of [left, right]) {
    try {
      if (evaluate(side, scope) === decisive) return decisive;
    } catch (problem) {
      failure = problem;
    }
  }
  if (failure !== undefined) throw failure;
  return !decisive;
}

function compare(one: unknown, other: unknown): number {
  if (typeof one === "string" && typeof other === "string") return one < other ? -1 : one > other ? 1 : 0;
  return Number(one) - Number(other);
}

function ordered(operator: string, order: number): boolean {
  if (operator === "<") return order < 0;
  if (operator === "<=") return order <= 0;
  return operator === ">" ? order > 0 : order >= 0;
}

const MACROS = new Set(["all", "exists", "exists_one", "map", "filter"]);

function call({ on, name, args }: Expression & { kind: "call" }, scope: Scope): unknown {
  if (name === "has") return has(args[0], scope);
  if (on !== undefined && MACROS.has(name)) return macro(name, evaluate(on, scope), args, scope);
  const values = [...(on === undefined ? [] : [on]), ...args].map((each) => evaluate(each, scope));
  const [first, second] = values;
  const text = String(first);
  switch (name) {
    case "size":
      return typeof first === "string"
        ? [...first].length
        : Array.isArray(first)
          ? first.length
          : Object.keys(first as object).length;
    case "matches":
      return new RegExp(String(second)).test(text);
    case "startsWith":
      return text.startsWith(String(second));
    case "endsWith":
      return text.endsWith(String(second));
    case "contains":
      return text.includes(String(second));
    case "lowerAscii":
      return text.toLowerCase();
    case "upperAscii":
      return text.toUpperCase();
    case "trim":
      return text.trim();
    case "split":
      return text.split(String(second));
    case "replace":
      return text.replaceAll(String(second), String(values[2]));
    case "indexOf":
      return text.indexOf(String(second));
    case "substring":
      return text.substring(Number(second), values[2] === undefined ? undefined : Number(values[2]));
    case "int":
    case "uint":
      return Math.trunc(Number(first));
    case "double":
      return Number(first);
    case "string":
      return text;
    case "isSorted":
      return (first as unknown[]).every(
        (each, index, list) => index === 0 || compare(list[index - 1], each) <= 0,
      );
    case "sum":
      return (first as number[]).reduce((sum, each) => sum + each, 0);
    case "min":
      return Math.min(...(first as number[]));
    case "max":
      return Math.max(...(first as number[]));
    default:
      throw new CelError(`undeclared reference to '${name}'`);
  }
}

function has(path: Expression | undefined, scope: Scope): boolean {
  if (path?.kind !== "select") throw new CelError("has() takes a field");
  const from = evaluate(path.from, scope);
  return isFields(from) && from[path.field] !== undefined;
}

function macro(name: string, over: unknown, args: readonly Expression[], scope: Scope): unknown {
  const [variable, body, more] = args;
  if (variable?.kind !== "name" || body === undefined)
    throw new CelError(`${name}() takes a variable and an expression`);
  const items: unknown[] = Array.isArray(over) ? over : Object.keys(over as object);
  const judge = (item: unknown, expression: Expression): unknown =>
    evaluate(expression, new Map([...scope, [variable.name, item]]));
  switch (name) {
    case "all":
      return items.every((item) => judge(item, body) === true);
    case "exists":
      return items.some((item) => judge(item, body) === true);
    case "exists_one":
      return items.filter((item) => judge(item, body) === true).length === 1;
    case "filter":
      return items.filter((item) => judge(item, body) === true);
    default:
      return more === undefined
        ? items.map((item) => judge(item, body))
        : items.filter((item) => judge(item, body) === true).map((item) => judge(item, more));
  }
}
