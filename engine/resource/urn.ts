export const ROOT_STACK_TYPE = "pulumi:pulumi:Stack";
const PROVIDER_PREFIX = "pulumi:providers:";

export interface UrnParts {
  stack: string;
  project: string;
  /** Types of all parents and of the resource, joined with "$". */
  qualifiedType: string;
  type: string;
  name: string;
}

/** @throws Error when the text is no URN */
export function parseUrn(urn: string): UrnParts {
  const match = /^urn:pulumi:([^:]*)::([^:]*)::((?:(?!::).)*)::([\s\S]*)$/.exec(urn);
  if (!match) throw new Error(`invalid URN "${urn}"`);
  const [, stack = "", project = "", qualifiedType = "", name = ""] = match;
  return { stack, project, qualifiedType, type: qualifiedType.split("$").at(-1) ?? "", name };
}

export const nameOf = (urn: string): string => parseUrn(urn).name;
export const typeOf = (urn: string): string => parseUrn(urn).type;

export function makeUrn(
  stack: string,
  project: string,
  parent: string | undefined,
  type: string,
  name: string,
): string {
  const parentType = parent ? parseUrn(parent).qualifiedType : "";
  const qualified = parentType && parentType !== ROOT_STACK_TYPE ? `${parentType}$${type}` : type;
  return `urn:pulumi:${stack}::${project}::${qualified}::${name}`;
}

export const rootStackUrn = (stack: string, project: string): string =>
  makeUrn(stack, project, undefined, ROOT_STACK_TYPE, `${project}-${stack}`);

export const isProviderType = (type: string): boolean => type.startsWith(PROVIDER_PREFIX);
export const providerType = (pkg: string): string => PROVIDER_PREFIX + pkg;

/** The package of a type token: "aws" for "aws:s3/bucket:Bucket" and for "pulumi:providers:aws". */
export function packageOf(type: string): string {
  return isProviderType(type) ? type.slice(PROVIDER_PREFIX.length) : (type.split(":")[0] ?? "");
}

/** A provider reference: URN of the provider resource and its id. */
export function parseReference(reference: string): { urn: string; id: string } {
  const at = reference.lastIndexOf("::");
  if (at < 0) throw new Error(`expected '::' in provider reference '${reference}'`);
  return { urn: reference.slice(0, at), id: reference.slice(at + 2) };
}

/** Default providers are the engine's own business: they are not shown and not counted. */
export function isDefaultProvider(urn: string): boolean {
  const { type, name } = parseUrn(urn);
  return isProviderType(type) && name.startsWith("default");
}

/** One alias of a resource: a URN, or the parts that were different. */
export type Alias =
  | { urn: string }
  | { name?: string; type?: string; stack?: string; project?: string; parent?: string; noParent?: boolean };
