import { sortKeys } from "../config/stack-config";
import { masked } from "../display/events";
import { UserError } from "../errors";
import { isSecret, type PropertyMap, type Value, withoutSecrets } from "../values/value";
import type { CommandContext } from "./command";
import type { Flags } from "./flags";
import { outputsOf } from "./outputs";

export async function showOutputs(
  name: string | undefined,
  flags: Flags,
  { workspace, write }: CommandContext,
): Promise<number> {
  const stack = workspace.stack(flags.text("stack"));
  const show = flags.flag("show-secrets");
  const outputs = await outputsOf(workspace, stack, !show);
  if (flags.flag("json") && flags.flag("shell"))
    throw new UserError("only one of --json and --shell may be set");
  const visible = (value: Value): Value =>
    sortKeys(show ? withoutSecrets(value) : (masked({ value }).value as Value)) as Value;
  const assignment = (key: string): string => `${key}=${shellWord(inWords(visible(outputs[key] as Value)))}`;
  if (name !== undefined) {
    const value = outputs[name];
    if (value === undefined) throw new UserError(`current stack does not have output property '${name}'`);
    const shown = visible(value);
    if (flags.flag("shell")) write(assignment(name));
    else write(flags.flag("json") ? JSON.stringify(shown, null, 2) : inWords(shown));
    return 0;
  }
  if (flags.flag("json")) {
    const sorted: PropertyMap = {};
    for (const key of Object.keys(outputs).sort()) sorted[key] = visible(outputs[key] as Value);
    write(JSON.stringify(sorted, null, 2));
    return 0;
  }
  if (flags.flag("shell")) {
    for (const key of Object.keys(outputs).sort()) write(assignment(key));
    return 0;
  }
  printOutputs(outputs, show, write);
  return 0;
}

const inWords = (value: Value): string => (typeof value === "string" ? value : JSON.stringify(value));

/** A word as a shell reads it: quoted when there is space in it, else with backslashes where they are needed. */
function shellWord(text: string): string {
  if (text === "") return "''";
  if (!/[ \t\n]/.test(text)) return text.replace(/^~|[\\'"`${[|&;<>()*?!]/g, "\\$&");
  const quoted = text.split("'").map((part) => (part === "" ? "" : `'${part}'`));
  return quoted.join("\\'");
}

export function printOutputs(outputs: PropertyMap, show: boolean, write: (line: string) => void): void {
  write(`Current stack outputs (${Object.keys(outputs).length}):`);
  if (Object.keys(outputs).length === 0) {
    write("    No output values currently in this stack");
    return;
  }
  const width = Math.max(6, ...Object.keys(outputs).map((key) => key.length));
  write(`    ${"OUTPUT".padEnd(width)}  VALUE`);
  for (const key of Object.keys(outputs).sort()) {
    const value = outputs[key] as Value;
    const shown =
      isSecret(value) && !show
        ? "[secret]"
        : show
          ? withoutSecrets(value)
          : (masked({ value }).value as Value);
    write(`    ${key.padEnd(width)}  ${typeof shown === "string" ? shown : JSON.stringify(shown)}`);
  }
}
