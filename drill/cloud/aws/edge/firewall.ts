import { isList, isValues, type Value, type Values } from "../../provider/values";
import type { Resource } from "../kind";
import { type Resources, text } from "../resources";
import type { Incoming } from "./routing";

/** An answer the firewall gives in place of the load balancer. */
export interface Blocked {
  readonly status: number;
  readonly type: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** A rule of a web ACL that can be run: what it looks for, and what it answers; undefined lets the request through. */
export interface FirewallRule {
  readonly matches: (incoming: Incoming) => boolean;
  readonly answer: Blocked | undefined;
}

/**
 * The rules of the web ACL before a load balancer, by priority. Rules that look at a part of the request run; managed groups
 * and rate limits are recorded only: one machine's customers all come from one address.
 */
export function firewallOf(resources: Resources, balancerArn: string): FirewallRule[] {
  const association = resources.find(
    "aws:wafv2/webAclAssociation:WebAclAssociation",
    ({ inputs }) => text(inputs, "resourceArn") === balancerArn,
  );
  const arn = association === undefined ? "" : text(association.inputs, "webAclArn");
  const acl = resources.find("aws:wafv2/webAcl:WebAcl", ({ outputs }) => text(outputs, "arn") === arn);
  if (acl === undefined || arn === "") return [];
  return listOf(acl.inputs.rules)
    .sort((a, b) => Number(a.priority) - Number(b.priority))
    .flatMap((rule) => ruleOf(rule, acl));
}

/** The answer of the first rule that matches; undefined when the request may go on. */
export const blockedBy = (rules: readonly FirewallRule[], incoming: Incoming): Blocked | undefined =>
  rules.find(({ matches }) => matches(incoming))?.answer;

function ruleOf(rule: Values, acl: Resource): FirewallRule[] {
  const matches = statementOf(rule.statement);
  const action = groupOf(rule.action);
  if (matches === undefined || action === undefined) return [];
  if (isValues(action.allow)) return [{ matches, answer: undefined }];
  const block = groupOf(action.block);
  return block === undefined ? [] : [{ matches, answer: answerOf(groupOf(block.customResponse), acl) }];
}

const TYPES: Readonly<Record<string, string>> = {
  TEXT_HTML: "text/html",
  TEXT_PLAIN: "text/plain",
  APPLICATION_JSON: "application/json",
};

function answerOf(custom: Values | undefined, acl: Resource): Blocked {
  const key = custom === undefined ? "" : text(custom, "customResponseBodyKey");
  const body = listOf(acl.inputs.customResponseBodies).find((one) => key !== "" && text(one, "key") === key);
  return {
    status: Number(custom?.responseCode ?? 403),
    type: TYPES[body === undefined ? "" : text(body, "contentType")] ?? "text/html",
    body: body === undefined ? "" : text(body, "content"),
    headers: Object.fromEntries(
      listOf(custom?.responseHeaders).map((header) => [text(header, "name"), text(header, "value")]),
    ),
  };
}

type Test = (incoming: Incoming) => boolean;

/** What a statement looks for; undefined: it cannot be run here. */
function statementOf(value: Value | undefined): Test | undefined {
  const statement = groupOf(value);
  if (statement === undefined) return undefined;
  const not = groupOf(statement.notStatement);
  if (not !== undefined) {
    const inner = statementOf(not.statement ?? listOf(not.statements)[0]);
    return inner === undefined ? undefined : (incoming) => !inner(incoming);
  }
  for (const [key, quantifier] of [
    ["andStatement", "every"],
    ["orStatement", "some"],
  ] as const) {
    const several = groupOf(statement[key]);
    if (several === undefined) continue;
    const inner = listOf(several.statements).map(statementOf);
    if (inner.some((one) => one === undefined)) return undefined;
    return (incoming) => (inner as Test[])[quantifier]((one) => one(incoming));
  }
  const match = groupOf(statement.byteMatchStatement);
  return match === undefined ? undefined : byteMatch(match);
}

const POSITIONS: Readonly<Record<string, (text: string, wanted: string) => boolean>> = {
  EXACTLY: (given, wanted) => given === wanted,
  STARTS_WITH: (given, wanted) => given.startsWith(wanted),
  ENDS_WITH: (given, wanted) => given.endsWith(wanted),
  CONTAINS: (given, wanted) => given.includes(wanted),
};

function byteMatch(match: Values): Test | undefined {
  const read = fieldOf(groupOf(match.fieldToMatch));
  const holds = POSITIONS[text(match, "positionalConstraint")];
  if (read === undefined || holds === undefined) return undefined;
  const wanted = text(match, "searchString");
  const lower = listOf(match.textTransformations).some((one) => text(one, "type") === "LOWERCASE");
  return (incoming) => {
    const given = read(incoming);
    return holds(lower ? given.toLowerCase() : given, wanted);
  };
}

/** The part of a request that a statement looks at. */
function fieldOf(field: Values | undefined): ((incoming: Incoming) => string) | undefined {
  if (field === undefined) return undefined;
  const header = groupOf(field.singleHeader);
  if (header !== undefined) {
    const name = text(header, "name").toLowerCase();
    return name === "host" ? ({ host }) => host : ({ headers }) => String(headers[name] ?? "");
  }
  if (isValues(field.uriPath)) return ({ path }) => path;
  if (isValues(field.queryString)) return ({ query }) => query.toString();
  if (isValues(field.method)) return ({ method }) => method;
  return undefined;
}

const groupOf = (value: Value | undefined): Values | undefined => (isValues(value) ? value : undefined);
const listOf = (value: Value | undefined): Values[] => (isList(value) ? value.filter(isValues) : []);
