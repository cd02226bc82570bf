import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { ended } from "../process/leash";
import { Cloud } from "./cloud";
import { makeStack } from "./stack";
import { Workspace } from "./workspace";

const WITHOUT_PROVIDERS = new Set(["version", "help", "whoami", "--help", "-h", "--version"]);

/**
 * `npx pulumi-offline …`: the offline engine with the drill cloud attached, for previews and trials without a Pulumi CLI,
 * credentials or network. State is kept in `.drill/offline`; a stack named with --stack is created when it is new there.
 */
async function main(args: readonly string[]): Promise<number> {
  const workspace = new Workspace("offline");
  await workspace.take();
  const needsCloud = args.length > 0 && !WITHOUT_PROVIDERS.has(args[0] ?? "");
  const cloud = needsCloud ? await Cloud.start(workspace) : undefined;
  try {
    // The stack files of the project hold no salt of this backend; the state knows it.
    const environment = {
      ...workspace.environment(cloud?.providers ?? {}),
      PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER: "true",
    };
    const stack = named(args);
    if (
      stack !== undefined &&
      !existsSync(workspace.file("state", ".pulumi", "stacks", "order-upgrade", `${stack}.json`))
    ) {
      await makeStack(workspace, stack, "offline");
    }
    return await pulumi(workspace, args, environment);
  } finally {
    await cloud?.stop();
    workspace.release();
  }
}

function named(args: readonly string[]): string | undefined {
  const joined = args.find((argument) => argument.startsWith("--stack="))?.slice("--stack=".length);
  const flag = args.findIndex((argument) => argument === "--stack" || argument === "-s");
  return joined ?? (flag === -1 ? undefined : args[flag + 1]);
}

async function pulumi(
  workspace: Workspace,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<number> {
  const child = spawn(path.join(workspace.root, "engine", "bin", "pulumi"), args, {
    cwd: workspace.root,
    env,
    stdio: "inherit",
  });
  // The terminal sends Ctrl-C to both; the engine decides when to end.
  process.on("SIGINT", () => {});
  const code = await ended(child);
  return typeof code === "number" ? code : 1;
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (problem: unknown) => {
    process.stderr.write(`${problem instanceof Error ? problem.message : String(problem)}\n`);
    process.exit(1);
  },
);
