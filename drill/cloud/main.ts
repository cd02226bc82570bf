import { startCloud } from "./cloud";
import { readOptions } from "./options";

/** What it started is on a leash and ends with it. */
function fail(problem: unknown): never {
  console.error(problem instanceof Error ? problem.message : String(problem));
  process.exit(1);
}

/**
 * The drill cloud: one process. Prints one line of JSON when it is ready, and ends with everything it started on
 * SIGTERM or SIGINT. Exit codes: 0 ended as asked, 1 could not start or a part of it died, 2 wrong usage.
 */
async function main(): Promise<void> {
  let options: ReturnType<typeof readOptions>;
  try {
    options = readOptions(process.argv.slice(2));
  } catch (problem) {
    console.error((problem as Error).message);
    process.exitCode = 2;
    return;
  }
  const cloud = await startCloud(options, fail);
  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    cloud
      .stop()
      .then(() => process.exit(0))
      .catch(fail);
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
  console.log(JSON.stringify({ providers: cloud.providers, control: cloud.control }));
}

main().catch(fail);
