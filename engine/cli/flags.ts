import { UserError } from "../errors";

export type FlagKind = "boolean" | "string" | "list" | "number";
export interface FlagDefinition {
  name: string;
  short?: string;
  kind: FlagKind;
  /** The value of the flag when it is given without one. */
  bare?: string;
  description: string;
  /** Accepted and without meaning here, or refused with a reason. */
  refuse?: boolean;
  hidden?: boolean;
}

const flag =
  (kind: FlagKind) =>
  (name: string, description: string, short?: string): FlagDefinition => ({
    name,
    kind,
    description,
    ...(short && { short }),
  });

/** A flag that is given or not. */
export const on = flag("boolean");
/** A flag with a text. */
export const text = flag("string");
/** A flag with a text, which may be repeated. */
export const list = flag("list");

export class Flags {
  private readonly values = new Map<string, string[]>();

  set(name: string, value: string): void {
    const list = this.values.get(name);
    if (list) list.push(value);
    else this.values.set(name, [value]);
  }
  has(name: string): boolean {
    return this.values.has(name);
  }
  text(name: string): string | undefined {
    return this.values.get(name)?.at(-1);
  }
  list(name: string): string[] {
    return this.values.get(name) ?? [];
  }
  flag(name: string): boolean {
    const value = this.text(name);
    return value !== undefined && value !== "false" && value !== "0";
  }
  /** @throws UserError when the value is no whole number */
  number(name: string): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    if (!/^-?\d+$/.test(value))
      throw new UserError(`invalid argument "${value}" for "--${name}" flag: it is no whole number`);
    return Number(value);
  }
  /** All values of several flags in the order they were given. */
  readonly ordered: { name: string; value: string }[] = [];
}

/**
 * Splits arguments into flags and the rest; `--` ends the flags.
 * @throws UserError for an unknown flag or a missing value, in the CLI's words
 */
export function parseFlags(args: string[], definitions: FlagDefinition[]): { flags: Flags; rest: string[] } {
  const flags = new Flags();
  const rest: string[] = [];
  const byName = new Map(definitions.map((definition) => [definition.name, definition]));
  const byShort = new Map(
    definitions.flatMap((definition) => (definition.short ? [[definition.short, definition]] : [])) as [
      string,
      FlagDefinition,
    ][],
  );
  const take = (
    definition: FlagDefinition,
    value: string | undefined,
    next: () => string | undefined,
    shown: string,
  ): void => {
    let given = value;
    if (given === undefined) {
      if (definition.kind === "boolean") given = "true";
      else if (definition.bare !== undefined) given = definition.bare;
      else given = next();
    }
    if (given === undefined) throw new UserError(`flag needs an argument: ${shown}`);
    for (const part of definition.kind === "list" && !definition.name.includes("config")
      ? given.split(",")
      : [given]) {
      flags.set(definition.name, part);
      flags.ordered.push({ name: definition.name, value: part });
    }
  };
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] as string;
    const next = (): string | undefined => args[++i];
    if (arg === "--") {
      rest.push(...args.slice(i + 1));
      break;
    }
    if (arg.startsWith("--")) {
      const equals = arg.indexOf("=");
      const name = equals < 0 ? arg.slice(2) : arg.slice(2, equals);
      const definition = byName.get(name);
      if (!definition) throw new UserError(`unknown flag: --${name}`);
      take(definition, equals < 0 ? undefined : arg.slice(equals + 1), next, `--${name}`);
    } else if (arg.startsWith("-") && arg.length > 1) {
      for (let at = 1; at < arg.length; at++) {
        const letter = arg[at] as string;
        const definition = byShort.get(letter);
        if (!definition) throw new UserError(`unknown shorthand flag: '${letter}' in ${arg}`);
        if (definition.kind === "boolean") {
          take(definition, undefined, next, arg);
          continue;
        }
        const value = arg.slice(at + 1).replace(/^=/, "");
        take(definition, value || undefined, next, `'${letter}' in ${arg}`);
        break;
      }
    } else rest.push(arg);
  }
  return { flags, rest };
}
