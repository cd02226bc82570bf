import { isList, isValues, type Value, type Values } from "../../../provider/values";
import type { Action, Condition, Rule } from "../data-plane/configuration";

/** A listener rule as the data plane takes it, from its conditions and actions in the resources. */
export function ruleOf(
  arn: string,
  priority: number,
  conditions: Value | undefined,
  actions: Value | undefined,
): Rule {
  const given = (isList(conditions) ? conditions : []).filter(isValues);
  return {
    arn,
    priority,
    conditions: given.flatMap(conditionsOf),
    hosts: given.flatMap((one) => valuesOf(one.hostHeader)).filter((host) => !/[*?]/.test(host)),
    action: actionOf(actions),
  };
}

function conditionsOf(condition: Values): Condition[] {
  const found: Condition[] = [];
  if (condition.hostHeader !== undefined)
    found.push({ kind: "host", patterns: valuesOf(condition.hostHeader) });
  if (condition.pathPattern !== undefined)
    found.push({ kind: "path", patterns: valuesOf(condition.pathPattern) });
  if (isValues(condition.httpHeader))
    found.push({
      kind: "header",
      name: String(condition.httpHeader.httpHeaderName).toLowerCase(),
      patterns: valuesOf(condition.httpHeader),
    });
  if (condition.httpRequestMethod !== undefined)
    found.push({ kind: "method", methods: valuesOf(condition.httpRequestMethod) });
  if (isList(condition.queryStrings))
    found.push({
      kind: "query",
      pairs: condition.queryStrings.filter(isValues).map(({ key, value }) => ({
        key: typeof key === "string" ? key : undefined,
        pattern: String(value),
      })),
    });
  if (condition.sourceIp !== undefined) found.push({ kind: "source", ranges: valuesOf(condition.sourceIp) });
  return found;
}

/** Weights of actions that forward to one group only are 1. */
export function actionOf(actions: Value | undefined): Action {
  const list = (isList(actions) ? actions : []).filter(isValues);
  // Authentication comes before the last action; nobody logs in at the drill's edge.
  const action = list.toSorted((a, b) => Number(a.order ?? 0) - Number(b.order ?? 0)).at(-1) ?? {};
  if (action.type === "fixed-response") {
    const response = isValues(action.fixedResponse) ? action.fixedResponse : {};
    return {
      kind: "fixed-response",
      status: Number(response.statusCode ?? 200),
      type: String(response.contentType ?? "text/plain"),
      body: String(response.messageBody ?? ""),
    };
  }
  if (action.type === "redirect") {
    const redirect = isValues(action.redirect) ? action.redirect : {};
    const part = (name: string, otherwise: string): string => String(redirect[name] ?? otherwise);
    return {
      kind: "redirect",
      status: redirect.statusCode === "HTTP_301" ? 301 : 302,
      location: {
        protocol: part("protocol", "#{protocol}"),
        host: part("host", "#{host}"),
        port: part("port", "#{port}"),
        path: part("path", "/#{path}"),
        query: part("query", "#{query}"),
      },
    };
  }
  const forward = isValues(action.forward) ? action.forward : undefined;
  const groups = isList(forward?.targetGroups) ? forward.targetGroups.filter(isValues) : [];
  const stickiness = isValues(forward?.stickiness) ? forward.stickiness : undefined;
  return {
    kind: "forward",
    groups:
      groups.length > 0
        ? groups.map(({ arn, weight }) => ({
            arn: String(arn),
            weight: weight === undefined ? 1 : Number(weight),
          }))
        : [{ arn: String(action.targetGroupArn), weight: 1 }],
    stickySeconds: stickiness?.enabled === true ? Number(stickiness.duration ?? 3600) : undefined,
  };
}

function valuesOf(part: Value | undefined): string[] {
  const values = isValues(part) ? part.values : part;
  return (isList(values) ? values : []).map(String);
}
