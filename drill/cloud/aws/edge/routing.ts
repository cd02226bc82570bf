import { isList, isValues, type Value, type Values } from "../../provider/values";

/** What a listener decides by. */
export interface Incoming {
  readonly host: string;
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly source: string;
}

export interface WeightedGroup {
  readonly arn: string;
  readonly weight: number;
}

export type Action =
  | {
      readonly kind: "forward";
      readonly groups: readonly WeightedGroup[];
      readonly stickySeconds: number | undefined;
    }
  | { readonly kind: "fixed-response"; readonly status: number; readonly type: string; readonly body: string }
  | { readonly kind: "redirect"; readonly status: number; readonly location: Location };

interface Location {
  readonly protocol: string;
  readonly host: string;
  readonly port: string;
  readonly path: string;
  readonly query: string;
}

export interface Rule {
  readonly arn: string;
  readonly priority: number;
  readonly conditions: readonly ((incoming: Incoming) => boolean)[];
  /** Host names that a condition names without wildcards. */
  readonly hosts: readonly string[];
  readonly action: Action;
}

/** The rule that applies: the lowest priority number whose conditions all hold. The default rule has none and is last. */
export function route(rules: readonly Rule[], incoming: Incoming): Rule | undefined {
  return rules.find(({ conditions }) => conditions.every((holds) => holds(incoming)));
}

/** One of the groups, as often as its weight says; undefined when all weights are 0. `chance` is from [0, 1). */
export function chooseGroup(groups: readonly WeightedGroup[], chance: number): WeightedGroup | undefined {
  const total = groups.reduce((sum, { weight }) => sum + weight, 0);
  let left = chance * total;
  for (const group of groups) {
    if (group.weight > 0 && left < group.weight) return group;
    left -= group.weight;
  }
  return undefined;
}

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

function conditionsOf(condition: Values): ((incoming: Incoming) => boolean)[] {
  const found: ((incoming: Incoming) => boolean)[] = [];
  const matchers = (part: Value | undefined, flags: string) =>
    valuesOf(part).map((value) => wildcard(value, flags));
  if (condition.hostHeader !== undefined) {
    const patterns = matchers(condition.hostHeader, "i");
    found.push(({ host }) => patterns.some((pattern) => pattern.test(host)));
  }
  if (condition.pathPattern !== undefined) {
    const patterns = matchers(condition.pathPattern, "");
    found.push(({ path }) => patterns.some((pattern) => pattern.test(path)));
  }
  if (isValues(condition.httpHeader)) {
    const name = String(condition.httpHeader.httpHeaderName).toLowerCase();
    const patterns = matchers(condition.httpHeader, "i");
    found.push(({ headers }) =>
      [headers[name] ?? []].flat().some((value) => patterns.some((one) => one.test(value))),
    );
  }
  if (condition.httpRequestMethod !== undefined) {
    const methods = valuesOf(condition.httpRequestMethod);
    found.push(({ method }) => methods.includes(method));
  }
  if (isList(condition.queryStrings)) {
    const wanted = condition.queryStrings.filter(isValues).map(({ key, value }) => ({
      key: typeof key === "string" ? key : undefined,
      pattern: wildcard(String(value), "i"),
    }));
    found.push(({ query }) =>
      wanted.some(({ key, pattern }) =>
        [...query].some(([name, value]) => (key === undefined || name === key) && pattern.test(value)),
      ),
    );
  }
  if (condition.sourceIp !== undefined) {
    const ranges = valuesOf(condition.sourceIp).map(rangeOf);
    found.push(({ source }) => ranges.some((contains) => contains(source)));
  }
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

/** Where a redirect leads. */
export function locationOf(location: Location, incoming: Incoming, protocol: string, port: number): string {
  const fill = (part: string): string =>
    part
      .replaceAll("#{protocol}", protocol)
      .replaceAll("#{host}", incoming.host)
      .replaceAll("#{port}", String(port))
      .replaceAll("#{path}", incoming.path.replace(/^\//, ""))
      .replaceAll("#{query}", incoming.query.toString());
  const query = fill(location.query);
  return `${fill(location.protocol).toLowerCase()}://${fill(location.host)}:${fill(location.port)}${fill(location.path)}${query === "" ? "" : `?${query}`}`;
}

function valuesOf(part: Value | undefined): string[] {
  const values = isValues(part) ? part.values : part;
  return (isList(values) ? values : []).map(String);
}

function wildcard(pattern: string, flags: string): RegExp {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${source}$`, `s${flags}`);
}

function rangeOf(range: string): (address: string) => boolean {
  const [base = "", bits = "32"] = range.split("/");
  const mask = bits === "0" ? 0 : (-1 << (32 - Number(bits))) >>> 0;
  const number = (address: string): number =>
    address.split(".").reduce((sum, octet) => ((sum << 8) | Number(octet)) >>> 0, 0);
  const wanted = (number(base) & mask) >>> 0;
  return (address) => /^[\d.]+$/.test(address) && (number(address) & mask) >>> 0 === wanted;
}
