import { isList, isValues, type Value, type Values } from "../../../provider/values";
import type { Resource } from "../../kind";
import { type Resources, text } from "../../resources";
import type { Blocked, FirewallRule, Position, RequestPart, Statement } from "../data-plane/configuration";

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

function ruleOf(rule: Values, acl: Resource): FirewallRule[] {
  const statement = statementOf(rule.statement);
  const action = groupOf(rule.action);
  if (statement === undefined || action === undefined) return [];
  if (isValues(action.allow)) return [{ statement, answer: undefined }];
  const block = groupOf(action.block);
  return block === undefined ? [] : [{ statement, answer: answerOf(groupOf(block.customResponse), acl) }];
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

/** What a statement looks for; undefined: it cannot be run here. */
function statementOf(value: Value | undefined): Statement | undefined {
  const given = groupOf(value);
  if (given === undefined) return undefined;
  const not = groupOf(given.notStatement);
  if (not !== undefined) {
    const statement = statementOf(not.statement ?? listOf(not.statements)[0]);
    return statement === undefined ? undefined : { kind: "not", statement };
  }
  for (const [key, kind] of [
    ["andStatement", "and"],
    ["orStatement", "or"],
  ] as const) {
    const several = groupOf(given[key]);
    if (several === undefined) continue;
    const wanted = listOf(several.statements);
    const statements = wanted.map(statementOf).filter((one) => one !== undefined);
    return statements.length === wanted.length ? { kind, statements } : undefined;
  }
  const match = groupOf(given.byteMatchStatement);
  return match === undefined ? undefined : byteMatch(match);
}

const POSITIONS: readonly Position[] = ["EXACTLY", "STARTS_WITH", "ENDS_WITH", "CONTAINS"];

function byteMatch(match: Values): Statement | undefined {
  const part = partOf(groupOf(match.fieldToMatch));
  const position = POSITIONS.find((one) => one === text(match, "positionalConstraint"));
  if (part === undefined || position === undefined) return undefined;
  return {
    kind: "byte-match",
    part,
    position,
    searchString: text(match, "searchString"),
    lowerCase: listOf(match.textTransformations).some((one) => text(one, "type") === "LOWERCASE"),
  };
}

/** The part of a request that a statement looks at. */
function partOf(field: Values | undefined): RequestPart | undefined {
  if (field === undefined) return undefined;
  const header = groupOf(field.singleHeader);
  if (header !== undefined) {
    const name = text(header, "name").toLowerCase();
    return name === "host" ? { kind: "host" } : { kind: "header", name };
  }
  if (isValues(field.uriPath)) return { kind: "path" };
  if (isValues(field.queryString)) return { kind: "query" };
  if (isValues(field.method)) return { kind: "method" };
  return undefined;
}

const groupOf = (value: Value | undefined): Values | undefined => (isValues(value) ? value : undefined);
const listOf = (value: Value | undefined): Values[] => (isList(value) ? value.filter(isValues) : []);
