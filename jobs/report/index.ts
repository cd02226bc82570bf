import { type Checks, loadChecks } from "../../releases/checks";
import type { JobContext } from "../frame/context";
import { conclude, type Step } from "../frame/result";
import type { StepName } from "../frame/steps";
import { CHAIN, type Proof, writeReport } from "./content";
import { toHtml, toMarkdown } from "./document";

/** Writes the report to management, as Markdown and as HTML, from the evidence documents and the database. */
export const report: Step = async (context) => {
  const { environment, objects, progress, now } = context;
  progress.say("reading the evidence");
  const proofs = await readProofs(context);
  const document = writeReport({
    stack: environment.stack,
    current: environment.currentRelease,
    next: environment.nextRelease,
    attempt: environment.attempt,
    writtenAt: now(),
    proofs,
    business: await readBusiness(context),
  });
  const { bucket, prefix } = environment.evidence;
  const files = [
    {
      key: `${prefix}/report.md`,
      type: "text/markdown; charset=utf-8",
      bytes: Buffer.from(toMarkdown(document)),
    },
    { key: `${prefix}/report.html`, type: "text/html; charset=utf-8", bytes: Buffer.from(toHtml(document)) },
  ];
  for (const { key, type, bytes } of files) await objects.put({ bucket, key }, bytes, { contentType: type });
  return conclude({
    checks: [{ name: "report-written", holds: true, value: files.map(({ key }) => `s3://${bucket}/${key}`) }],
    passed: document.verdict,
    failed: "",
    figures: { steps: proofs.size, good: document.good },
    inputs: Object.fromEntries([...proofs].map(([step, { digest }]) => [step, digest])),
  });
};

async function readProofs({ evidence, evidenceDigest }: JobContext): Promise<Map<StepName, Proof>> {
  const proofs = new Map<StepName, Proof>();
  for (const step of CHAIN) {
    const [document, digest] = [await evidence(step), await evidenceDigest(step)];
    if (document !== undefined && digest !== undefined) proofs.set(step, { document, digest });
  }
  return proofs;
}

/** The release that serves customers: the new one once the switch is proved. */
async function readBusiness(context: JobContext): Promise<[string, string][]> {
  const { environment, releases, database, parameters } = context;
  const switched = await context.evidence("switched");
  const release = switched?.verdict === "passed" ? switched.release : environment.currentRelease;
  const { schema } = releases.manifest(release).dataModel;
  const checks: Checks = loadChecks(releases.directory, release);
  return database.withConnection(async (client) => {
    await client.query("SELECT set_config('search_path', $1, false)", [schema]);
    const number = async (sql: string, values: unknown[] = []): Promise<string> => {
      const { rows } = await client.query<Record<string, unknown>>(sql, values);
      return Number(Object.values(rows[0] ?? {})[0] ?? 0).toLocaleString("en");
    };
    const rows: [string, string][] = [
      ["release serving customers", release],
      ["orders in the last minute", await number(checks.throughput)],
    ];
    for (const { what, query } of checks.business)
      rows.push([
        what,
        await number(query, query.includes("$1") ? [parameters.business.orderTimeLimit] : []),
      ]);
    rows.push(
      [
        "size of the database in MiB",
        await number("SELECT round(pg_database_size(current_database()) / 1048576.0)"),
      ],
      [
        "sessions in the database",
        await number("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"),
      ],
    );
    return rows;
  });
}
