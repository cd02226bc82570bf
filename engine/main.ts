import { main } from "./cli/main";

/** Called by bin/pulumi with the folder of the engine's sources. */
export async function start(engineRoot: string): Promise<void> {
  const code = await main(process.argv.slice(2), engineRoot);
  // Open connections must not keep a finished command alive; what was printed must be out first.
  process.stdout.write("", () => process.stderr.write("", () => process.exit(code)));
}
