import { isList, isValues, plain, Unknown, type Value, type Values } from "../provider/values";

/** Account and region that a call goes to, and what the provider's configuration adds to every resource. */
export interface Account {
  readonly id: string;
  readonly region: string;
  readonly partition: "aws";
  readonly defaultTags: Readonly<Record<string, Value>>;
}

/** Documented by AWS for examples; no customer owns it. */
const EXAMPLE_ACCOUNT = "111122223333";
export const DEFAULT_REGION = "eu-central-1";

/**
 * The account of a provider resource: the one it assumes a role in, or the first it allows, or the example account.
 * Throws when the account is one that the configuration forbids.
 */
export function accountOf(configuration: Values): Account {
  const settings = plain(configuration);
  const roles = list(structured(settings.assumeRoles));
  const assumed = roles
    .map((role) => (isValues(role) ? /^arn:aws:iam::(\d{12}):role\//.exec(String(role.roleArn)) : null))
    .find((match) => match !== null)?.[1];
  const allowed = list(structured(settings.allowedAccountIds)).map(String);
  const forbidden = list(structured(settings.forbiddenAccountIds)).map(String);
  const id = assumed ?? allowed[0] ?? EXAMPLE_ACCOUNT;
  if (forbidden.includes(id) || (allowed.length > 0 && !allowed.includes(id)))
    throw new Error(`AWS account ID not allowed: ${id}. Check allowedAccountIds and forbiddenAccountIds.`);
  const tags = structured(settings.defaultTags);
  const inner = isValues(tags) ? tags.tags : undefined;
  return {
    id,
    region: typeof settings.region === "string" && settings.region !== "" ? settings.region : DEFAULT_REGION,
    partition: "aws",
    defaultTags: isValues(inner) ? inner : {},
  };
}

/** Engines send structured configuration as JSON text. */
function structured(value: Value | undefined): Value | undefined {
  if (typeof value !== "string" || !/^\s*[[{]/.test(value)) return value;
  return JSON.parse(value) as Value;
}

function list(value: Value | undefined): readonly Value[] {
  const items = isList(value) ? value : [value];
  return items.filter(
    (item): item is Value => item !== undefined && item !== null && item !== "" && !(item instanceof Unknown),
  );
}
