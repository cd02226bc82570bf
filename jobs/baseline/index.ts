import { loadChecks } from "../../releases/checks";
import { StepProblem } from "../frame/problems";
import { conclude, type Step } from "../frame/result";
import { databaseFigures, readCounters } from "./database-figures";
import { figuresOf, measure } from "./measure";

/** Records how the running release performs, for `verify` and `soak` to compare with. Changes nothing. */
export const baseline: Step = async (context) => {
  const { environment, releases, parameters, database, progress, signal, now } = context;
  const release = environment.currentRelease;
  const { schema } = releases.manifest(release).dataModel;
  const checks = loadChecks(releases.directory, release);
  const address = environment.publicUrl;
  if (address === undefined) throw new StepProblem("PUBLIC_URL is missing");
  return database.withConnection(async (client) => {
    await client.query("SELECT set_config('search_path', $1, false)", [schema]);
    const before = await readCounters(client, now().getTime());
    const measurements = await measure({
      paths: checks.performance,
      base: () => address,
      samples: parameters.verification.performance.samples,
      client,
      signal,
      onSample: (done, total) => progress.count("requests measured", done, total),
    });
    const after = await readCounters(client, now().getTime());
    const throughput = await client.query<Record<string, string>>(checks.throughput);
    return conclude({
      checks: measurements.map(({ name, path, failed, problem }) => ({
        name: `answers-${name}`,
        holds: failed === 0,
        value: failed,
        limit: 0,
        detail: failed === 0 ? path : `${failed} requests to ${path} failed (${problem ?? ""})`,
      })),
      passed: `the figures of ${release} are recorded on ${measurements.length} paths`,
      failed: `${release} does not answer at ${address}`,
      figures: {
        responseTimes: figuresOf(measurements),
        ordersPerMinute: Number(Object.values(throughput.rows[0] ?? {})[0] ?? 0),
        database: await databaseFigures(client, before, after),
      },
    });
  });
};
