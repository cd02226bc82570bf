import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { knownReleases, loadRelease } from "../../../releases/load";
import { type Database, openDatabase } from "../../frame/database";
import { StepProblem } from "../../frame/problems";
import { compare } from "../../reconcile/compare";
import type { Difference } from "../../reconcile/descend";
import type { Authority } from "../../reconcile/repair";
import { revertAll } from "../../revert/revert";
import { collectFigures } from "../figures";
import { open, requireSame, requireStarted, type Subject } from "../open";
import { planOf } from "../plan";
import { htmlReport } from "../report/html";
import { markdownReport } from "../report/markdown";
import { compareAndRepair, migrateAll } from "../run";
import { limitsOf } from "../settings";
import { readStatus } from "../status";
import { type Numbers, readNumbers, type TypedNumbers } from "./options";
import { createTerminal } from "./terminal";

export interface CommonOptions extends TypedNumbers {
  readonly database: string;
  readonly release: string;
  readonly from?: string;
  readonly releases: string;
  readonly json?: string;
}

interface RunCommandOptions extends CommonOptions {
  readonly report?: string;
}

const terminal = createTerminal(process.stdout);

export const commands = {
  async plan(options: CommonOptions): Promise<number> {
    return withDatabase(options, async (database, subject) => {
      const plan = await database.withConnection(async (client) => {
        const opened = await open(client, subject);
        requireSame(opened);
        return planOf(client, opened);
      });
      for (const line of plan.lines) console.log(line);
      writeJson(options, { version: 1, ...plan });
      return plan.problems.length === 0 ? 0 : 1;
    });
  },

  async run(options: RunCommandOptions): Promise<number> {
    return withDatabase(options, async (database, subject, signal, { settings, productionRows }) => {
      const run = await migrateAll({
        database,
        subject,
        settings,
        signal,
        say: terminal.say,
        count: terminal.count,
      });
      const figures = await database.withConnection((client) => collectFigures(client, run));
      const about = {
        from: subject.from.version,
        to: subject.to.version,
        at: new Date().toISOString(),
        ...(productionRows === undefined ? {} : { productionRows }),
      };
      if (options.report !== undefined) {
        mkdirSync(options.report, { recursive: true });
        const write = (name: string, text: string): void =>
          writeFileSync(path.join(options.report ?? ".", name), text);
        write("migration-report.md", markdownReport(about, figures));
        write("migration-report.html", htmlReport(about, figures));
        write("migration-report.json", `${JSON.stringify({ version: 1, ...about, figures }, null, 2)}\n`);
      }
      writeJson(options, { version: 1, ...about, figures });
      console.log(
        `${figures.rows} rows: ${figures.migrated} migrated, ${figures.merged} merged, ${figures.quarantined} set aside; ${figures.different} differ; ${figures.rate} rows a second`,
      );
      showDifferences(run.comparison.differences);
      for (const one of run.invariants.filter(({ broken }) => broken > 0))
        console.log(`${one.broken} rows break the rule: ${one.what}`);
      return run.comparison.equal ? 0 : 1;
    });
  },

  async status(options: CommonOptions): Promise<number> {
    return withDatabase(options, async (database) => {
      const status = await database.withConnection(readStatus);
      for (const line of status.lines) console.log(line);
      writeJson(options, { version: 1, ...status });
      return 0;
    });
  },

  async verify(options: CommonOptions): Promise<number> {
    return withDatabase(options, async (database, subject, signal, { settings, sample }) => {
      const opened = await database.withConnection(async (client) => {
        const found = await open(client, subject);
        requireStarted(found);
        return found;
      });
      const result = await compare({
        database,
        model: opened.model,
        parallel: settings.parallel,
        limits: limitsOf(settings),
        sample,
        signal,
        count: (source, done, total) => terminal.count(`comparing ${source}`, done, total),
      });
      for (const one of result.sources)
        console.log(
          `${one.source.padEnd(24)} ${one.state.padEnd(10)} ${one.rows} rows = ${one.migrated} migrated + ${one.merged} merged + ${one.quarantined} set aside`,
        );
      showDifferences(result.differences);
      writeJson(options, { version: 1, ...result });
      return result.equal ? 0 : 1;
    });
  },

  async repair(options: CommonOptions & { readonly authority: Authority }): Promise<number> {
    return withDatabase(options, async (database, subject, signal, { settings }) => {
      const opened = await database.withConnection(async (client) => {
        const found = await open(client, subject);
        requireStarted(found);
        return found;
      });
      const result = await compareAndRepair(
        {
          database,
          subject,
          settings,
          signal,
          say: terminal.say,
          count: terminal.count,
        },
        opened,
        options.authority,
      );
      showDifferences(result.found);
      console.log(
        `${result.repaired} rows were written again; the models are ${result.comparison.equal ? "equal" : "still different"}`,
      );
      writeJson(options, {
        version: 1,
        found: result.found,
        repaired: result.repaired,
        equal: result.comparison.equal,
      });
      return result.comparison.equal ? 0 : 1;
    });
  },

  async revert(options: CommonOptions & { readonly acceptLoss: boolean }): Promise<number> {
    return withDatabase(options, async (database, subject, signal) => {
      const result = await revertAll({
        database,
        oldSchema: subject.from.dataModel.schema,
        newSchema: subject.to.dataModel.schema,
        patience: { lockTimeout: 2000, signal },
        say: terminal.say,
        acceptLoss: options.acceptLoss,
      });
      console.log(`${subject.from.version} stands alone again (${result.triggersRemoved} triggers removed)`);
      writeJson(options, { version: 1, ...result });
      return 0;
    });
  },
};

async function withDatabase(
  options: CommonOptions,
  work: (database: Database, subject: Subject, signal: AbortSignal, numbers: Numbers) => Promise<number>,
): Promise<number> {
  const numbers = readNumbers(options);
  const stop = new AbortController();
  const end = (): void => stop.abort();
  process.once("SIGINT", end);
  process.once("SIGTERM", end);
  const database = openDatabase(options.database, { name: "order-upgrade migrate", signal: stop.signal });
  try {
    return await work(database, subjectOf(options), stop.signal, numbers);
  } finally {
    terminal.end();
    await database.close(stop.signal.aborted ? "now" : "politely");
    process.off("SIGINT", end);
    process.off("SIGTERM", end);
  }
}

function subjectOf(options: CommonOptions): Subject {
  const to = loadRelease(options.releases, options.release);
  const older = knownReleases(options.releases).filter((version) => to.upgradeFrom.includes(version));
  const from = options.from ?? older.at(-1);
  if (from === undefined || !to.upgradeFrom.includes(from))
    throw new StepProblem(
      `${to.version} ${from === undefined ? "follows no release" : `cannot follow ${from}`}; it follows ${to.upgradeFrom.join(", ") || "none"}`,
    );
  return { releasesDirectory: options.releases, from: loadRelease(options.releases, from), to };
}

function writeJson(options: CommonOptions, document: object): void {
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(document, null, 2)}\n`);
}

function showDifferences(differences: readonly Difference[]): void {
  for (const one of differences.slice(0, 20)) {
    const columns = Object.entries(one.columns).map(
      ([name, { source, target }]) => `${name}: ${JSON.stringify(source)} became ${JSON.stringify(target)}`,
    );
    console.log(
      `${one.relation} ${one.key} is ${one.kind}${columns.length === 0 || one.kind !== "different" ? "" : ` (${columns.join(", ")})`}`,
    );
  }
  if (differences.length > 20) console.log(`… and ${differences.length - 20} more`);
}
