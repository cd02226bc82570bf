import { randomBytes, randomInt, randomUUID } from "node:crypto";
import { messageOf, UserError } from "../errors";
import { nameOf, packageOf, typeOf } from "../resource/urn";
import type { PlainConfig } from "./stack-config";

/** What a provider is told about the name of a new resource. */
export interface ProposedName {
  options: { proposedName: string; mode: "propose" | "enforce" | "disable"; warnIfNoSupport: boolean };
  /** The name is the same each time: old and new resource cannot exist side by side. */
  deleteBeforeReplace: boolean;
}
type Strategy = (urn: string) => ProposedName | undefined;

const KEYS = ["mode", "pattern", "enforce"];
const asIs: Strategy = () => undefined;

/**
 * The naming rules of `pulumi:autonaming`: for everything, for a provider, or for one type of resource.
 * @throws UserError when they are not well formed
 */
export function autonaming(
  config: ReadonlyMap<string, PlainConfig>,
  stack: { project: string; name: string },
): Strategy | undefined {
  const given = config.get("pulumi:autonaming");
  if (!given) return undefined;
  try {
    return read(JSON.parse(given.value) as unknown, (pattern) => resolve(pattern, config, stack));
  } catch (error) {
    throw new UserError(`getting autonaming config: ${messageOf(error)}`);
  }
}

function read(root: unknown, resolvePattern: (pattern: string) => string): Strategy {
  const section = mapOf(root, [...KEYS, "providers"], "the section");
  const general = strategy(section, resolvePattern) ?? asIs;
  const special = new Map<string, Strategy>();
  for (const [provider, value] of Object.entries(mapOf(section.providers ?? {}, undefined, "providers"))) {
    const rules = mapOf(value, [...KEYS, "resources"], `provider "${provider}"`);
    special.set(provider, strategy(rules, resolvePattern) ?? general);
    for (const [type, rule] of Object.entries(mapOf(rules.resources ?? {}, undefined, "resources"))) {
      const found = strategy(mapOf(rule, KEYS, `resource "${type}"`), resolvePattern);
      if (!found) throw new Error(`mode or pattern must be specified for resource "${type}"`);
      special.set(type, found);
    }
  }
  return (urn) => {
    const type = typeOf(urn);
    const chosen = special.get(type) ?? special.get(packageOf(type));
    const name = (chosen ?? general)(urn);
    // A rule for just this provider or type is meant: say so when the provider cannot follow it.
    return name && chosen ? { ...name, options: { ...name.options, warnIfNoSupport: true } } : name;
  };
}

function mapOf(value: unknown, keys: string[] | undefined, where: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new Error(`invalid autonaming config structure: ${where} must be a map`);
  const unknown = keys && Object.keys(value).find((key) => !keys.includes(key));
  if (unknown !== undefined)
    throw new Error(`invalid autonaming config structure: json: unknown field "${unknown}"`);
  return value as Record<string, unknown>;
}

function strategy(
  { mode, pattern, enforce }: Record<string, unknown>,
  resolvePattern: (pattern: string) => string,
): Strategy | undefined {
  if (mode !== undefined && (pattern !== undefined || enforce !== undefined))
    throw new Error("cannot specify both mode and pattern/enforce");
  if (pattern !== undefined) return byPattern(resolvePattern(String(pattern)), enforce === true);
  if (enforce !== undefined) throw new Error("pattern must be specified when enforce is true");
  const fixed = (name: (urn: string) => string, how: "enforce" | "disable"): Strategy => {
    return (urn) => ({
      options: { proposedName: name(urn), mode: how, warnIfNoSupport: false },
      deleteBeforeReplace: true,
    });
  };
  switch (mode) {
    case undefined:
      return undefined;
    case "default":
      return asIs;
    case "verbatim":
      return fixed(nameOf, "enforce");
    case "disabled":
      return fixed(() => "", "disable");
    default:
      throw new Error(`invalid naming mode: ${String(mode)}`);
  }
}

function byPattern(pattern: string, enforce: boolean): Strategy {
  return (urn) => {
    const named = pattern.replace(/\$\{name\}/g, () => nameOf(urn));
    const proposedName = fillRandom(named);
    return {
      options: { proposedName, mode: enforce ? "enforce" : "propose", warnIfNoSupport: enforce },
      deleteBeforeReplace: proposedName === named,
    };
  };
}

const LETTERS = "abcdefghijklmnopqrstuvwxyz";
const DIGITS = "0123456789";
const pick = (length: number, from: string): string =>
  Array.from({ length }, () => from[randomInt(from.length)]).join("");

const fillRandom = (pattern: string): string =>
  pattern
    .replace(/\$\{hex\((\d+)\)\}/g, (_, n: string) =>
      randomBytes(Number(n)).toString("hex").slice(0, Number(n)),
    )
    .replace(/\$\{alphanum\((\d+)\)\}/g, (_, n: string) => pick(Number(n), LETTERS + DIGITS))
    .replace(/\$\{string\((\d+)\)\}/g, (_, n: string) => pick(Number(n), LETTERS))
    .replace(/\$\{num\((\d+)\)\}/g, (_, n: string) => pick(Number(n), DIGITS))
    .replace(/\$\{uuid\}/g, () => randomUUID());

/** Fills in what is the same for all resources of the stack. */
function resolve(
  pattern: string,
  config: ReadonlyMap<string, PlainConfig>,
  stack: { project: string; name: string },
): string {
  return pattern
    .replace(/\$\{organization\}/g, "organization")
    .replace(/\$\{project\}/g, () => stack.project)
    .replace(/\$\{stack\}/g, () => stack.name)
    .replace(/\$\{config\.([^}]+)\}/g, (_, key: string) => {
      const found = config.get(`${stack.project}:${key}`);
      if (!found) throw new Error(`no value found for key "${key}"`);
      return found.value;
    });
}
