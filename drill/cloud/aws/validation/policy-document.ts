import { isList, isValues, type Value, type Values } from "../../provider/values";
import { json, type Rule } from "./rules";

const STATEMENT = new Set([
  "Sid",
  "Effect",
  "Principal",
  "NotPrincipal",
  "Action",
  "NotAction",
  "Resource",
  "NotResource",
  "Condition",
]);

/** An IAM policy in JSON. `resource`: attached to a resource, so it names principals; `identity`: attached to a role or user. */
export function policyDocument(attachedTo: "identity" | "resource" | "trust"): Rule {
  return (value) => {
    const problem = json(value);
    if (problem !== undefined) return problem;
    const document = JSON.parse(value as string) as Value;
    if (!isValues(document)) return "MalformedPolicyDocument: expected a JSON object";
    if (document.Version !== undefined && !["2012-10-17", "2008-10-17"].includes(String(document.Version)))
      return `MalformedPolicyDocument: Version must be 2012-10-17, got ${JSON.stringify(document.Version)}`;
    const statements = isList(document.Statement) ? document.Statement : [document.Statement];
    if (statements.length === 0 || statements[0] === undefined)
      return "MalformedPolicyDocument: a policy needs at least one Statement";
    for (const [index, statement] of statements.entries()) {
      const reason = isValues(statement) ? judge(statement, attachedTo) : "expected an object";
      if (reason !== undefined) return `MalformedPolicyDocument: Statement[${index}]: ${reason}`;
    }
    return undefined;
  };
}

function judge(statement: Values, attachedTo: "identity" | "resource" | "trust"): string | undefined {
  const foreign = Object.keys(statement).find((key) => !STATEMENT.has(key));
  if (foreign !== undefined) return `${foreign} is not an element of a statement`;
  if (statement.Effect !== "Allow" && statement.Effect !== "Deny") return "Effect must be Allow or Deny";
  if (statement.Action === undefined && statement.NotAction === undefined) return "Action is missing";
  const actions = [statement.Action ?? statement.NotAction].flat() as Value[];
  const wrong = actions.find((action) => !/^(\*|[a-z0-9-]+:[\w*?]+)$/i.test(String(action)));
  if (wrong !== undefined) return `Action ${JSON.stringify(wrong)} must be SERVICE:ACTION or *`;
  const principal = statement.Principal !== undefined || statement.NotPrincipal !== undefined;
  const resource = statement.Resource !== undefined || statement.NotResource !== undefined;
  if (attachedTo === "identity" && principal) return "a policy of an identity must not name a Principal";
  if (attachedTo !== "identity" && !principal) return "Principal is missing";
  if (attachedTo !== "trust" && !resource) return "Resource is missing";
  if (attachedTo === "trust" && resource) return "a trust policy must not name a Resource";
  if (statement.Condition !== undefined && !isValues(statement.Condition))
    return "Condition must be an object";
  return undefined;
}
