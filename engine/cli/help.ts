import type { FlagDefinition } from "./flags";

/** Commands of the CLI this engine does not have. */
export const UNSUPPORTED = new Set([
  "about",
  "ai",
  "console",
  "convert",
  "deployment",
  "env",
  "gen-completion",
  "import",
  "install",
  "logout",
  "logs",
  "neo",
  "new",
  "org",
  "package",
  "plugin",
  "policy",
  "project",
  "schema",
  "state",
  "template",
  "watch",
  "stack change-secrets-provider",
  "stack graph",
  "stack webhook",
  "config env",
]);

const OVERVIEW = `The offline engine speaks the commands of the Pulumi CLI that a program, policy packs and the Automation API need.
It uses a file backend and providers that are attached with PULUMI_DEBUG_PROVIDERS.

Usage: pulumi COMMAND [flags]

    up        preview, then create and change resources      preview   show what an update would do
    refresh   take over what exists into the state           destroy   delete all resources
    stack     init, select, ls, rm, output, export, import, history, rename, tag,
              unselect
    config    get, set, set-all, rm, rm-all, cp, refresh       cancel    take the lock of an update away
    policy analyze   policy packs on a state that exists     version   print the version
    whoami    print the user                                 login     choose a file backend

pulumi COMMAND --help explains a command. Everything else: use the Pulumi CLI.`;

export function helpFor(command: string | undefined, flags: FlagDefinition[]): string {
  if (!command) return OVERVIEW;
  const rows = flags.map(({ name, short, kind, description }) => [
    `${short ? `-${short}, ` : "    "}--${name}${kind === "boolean" ? "" : ` ${kind === "number" ? "N" : "VALUE"}`}`,
    description,
  ]);
  const width = Math.max(...rows.map(([left = ""]) => left.length), 0);
  return [
    `Usage: pulumi ${command} [flags]`,
    "",
    ...rows.map(([left = "", right = ""]) => `  ${left.padEnd(width)}  ${right}`),
  ].join("\n");
}
