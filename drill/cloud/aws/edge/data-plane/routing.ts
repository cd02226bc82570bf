import type { Condition, Location, Rule, WeightedGroup } from "./configuration";

/** What a listener decides by. */
export interface Incoming {
  readonly host: string;
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly source: string;
}

type Test = (incoming: Incoming) => boolean;

/** A rule made ready to run. */
export interface CompiledRule {
  readonly rule: Rule;
  readonly tests: readonly Test[];
}

/** Patterns become regular expressions once, not with each request. */
export const compile = (rule: Rule): CompiledRule => ({ rule, tests: rule.conditions.map(testOf) });

/** The rule that applies: the lowest priority number whose conditions all hold. The default rule has none and is last. */
export function route(rules: readonly CompiledRule[], incoming: Incoming): Rule | undefined {
  return rules.find(({ tests }) => tests.every((holds) => holds(incoming)))?.rule;
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

function testOf(condition: Condition): Test {
  switch (condition.kind) {
    case "host": {
      const patterns = condition.patterns.map((pattern) => wildcard(pattern, "i"));
      return ({ host }) => patterns.some((pattern) => pattern.test(host));
    }
    case "path": {
      const patterns = condition.patterns.map((pattern) => wildcard(pattern, ""));
      return ({ path }) => patterns.some((pattern) => pattern.test(path));
    }
    case "header": {
      const patterns = condition.patterns.map((pattern) => wildcard(pattern, "i"));
      return ({ headers }) =>
        [headers[condition.name] ?? []].flat().some((value) => patterns.some((one) => one.test(value)));
    }
    case "method":
      return ({ method }) => condition.methods.includes(method);
    case "query": {
      const wanted = condition.pairs.map(({ key, pattern }) => ({ key, pattern: wildcard(pattern, "i") }));
      return ({ query }) =>
        wanted.some(({ key, pattern }) =>
          [...query].some(([name, value]) => (key === undefined || name === key) && pattern.test(value)),
        );
    }
    case "source": {
      const ranges = condition.ranges.map(rangeOf);
      return ({ source }) => ranges.some((contains) => contains(source));
    }
  }
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
