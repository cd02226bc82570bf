import { existsSync } from "node:fs";
import path from "node:path";
import pg from "pg";
import { TABLES, type Table } from "../generator/columns";
import { refuseUnlessEmpty } from "../generator/empty-shop";
import { setSequences } from "../generator/sequences";
import { assemble, ORPHAN_LINES, repeatsQuery, type StagedReject } from "./assemble";
import { readHeader, readRecords } from "./csv-file";
import { columnsOf } from "./expression";
import { TARGET_NAMES } from "./fields";
import { type CompiledTarget, planFile, type Reject, recordProblem } from "./file-plan";
import { type FileMapping, loadMapping, type Mapping, MappingProblem } from "./mapping";
import { RejectsFile } from "./rejects-file";
import type { FileCounts, ImportReport, TargetCounts } from "./report";
import { RowRouter } from "./row-router";
import { dropStaging, Staging } from "./staging";

export interface ImportOptions {
  /** Database with the empty schema of release 3.2.0. */
  readonly databaseUrl: string;
  /** Where the files are. */
  readonly directory: string;
  /** Default: mapping.yaml in the directory. */
  readonly mapping?: string;
  /** Where every rejected row is written, as CSV. Default: nowhere. */
  readonly rejects?: string;
  readonly onProgress?: (progress: { readonly file: string; readonly rows: number }) => void;
}

interface ReadyFile {
  readonly mapping: FileMapping;
  readonly path: string;
  readonly header: readonly string[];
  readonly delimiter: string;
  readonly targets: readonly CompiledTarget[];
  readonly counts: FileCounts;
}

const KEPT_REJECTS = 20;
const LOGINS = 2_000;

/** Compares a mapping with its files without a database. Throws a MappingProblem with all problems. */
export async function checkImport({
  directory,
  mapping,
}: Pick<ImportOptions, "directory" | "mapping">): Promise<void> {
  await prepare(loadMapping(mapping ?? path.join(directory, "mapping.yaml")), directory);
}

/**
 * Loads a shop's own CSV exports into the old model. A mapping that does not fit its files is refused before anything is
 * read; a bad row is rejected and named, and the others are loaded, all in one transaction.
 */
export async function importShop(options: ImportOptions): Promise<ImportReport> {
  const started = performance.now();
  const mapping = loadMapping(options.mapping ?? path.join(options.directory, "mapping.yaml"));
  const files = await prepare(mapping, options.directory);
  const control = new pg.Client({ connectionString: options.databaseUrl });
  await control.connect();
  const firstRejects: Reject[] = [];
  let rejectsFile: RejectsFile | undefined;
  try {
    await refuseUnlessEmpty(control);
    const written = new RejectsFile(options.rejects);
    rejectsFile = written;
    const reject = (one: Reject): void => {
      if (firstRejects.length < KEPT_REJECTS) firstRejects.push(one);
      written.add(one);
    };
    await stage(files, control, options, reject);
    await control.query("BEGIN");
    await rejectStaged(control, files, reject);
    const { strangers } = await assemble(control);
    await setSequences(control);
    await control.query("COMMIT");
    for (const table of TABLES) await control.query(`ANALYZE shop_v3.${table}`);
    const known = await whoCanLogIn(control);
    const sum = (name: "read" | "loaded" | "passed" | "rejected"): number =>
      files.reduce((total, { counts }) => total + counts[name], 0);
    const seconds = (performance.now() - started) / 1000;
    return {
      version: 1,
      read: sum("read"),
      loaded: sum("loaded"),
      passed: sum("passed"),
      rejected: sum("rejected"),
      files: files.map(({ counts }) => counts),
      tables: await countTables(control),
      strangers,
      firstRejects,
      seconds,
      rate: Math.round(sum("read") / seconds),
      ...known,
    };
  } finally {
    rejectsFile?.close();
    await control.query("ROLLBACK").catch(() => {});
    await dropStaging(control).catch(() => {});
    await control.end().catch(() => {});
  }
}

/** Compares every file with its mapping before anything is read. Throws a MappingProblem with all problems. */
async function prepare(mapping: Mapping, directory: string): Promise<ReadyFile[]> {
  const problems: string[] = [];
  const files: ReadyFile[] = [];
  for (const each of mapping.files) {
    const file = path.join(directory, each.file);
    if (!existsSync(file)) {
      problems.push(`${each.file}: there is no such file in ${directory}`);
      continue;
    }
    try {
      const { header, delimiter } = await readHeader(file, each);
      const plan = planFile(each, header);
      problems.push(...plan.problems);
      const targets = each.targets.map(
        ({ into }): TargetCounts => ({ into, rows: 0, loaded: 0, repeated: 0, passed: 0, rejected: 0 }),
      );
      const counts = {
        file: each.file,
        read: 0,
        loaded: 0,
        passed: 0,
        rejected: 0,
        unused: plan.unused,
        targets,
      };
      files.push({ mapping: each, path: file, header, delimiter, targets: plan.targets, counts });
    } catch (problem) {
      problems.push(`${each.file}: the header cannot be read: ${(problem as Error).message}`);
    }
  }
  if (problems.length > 0) throw new MappingProblem(problems);
  return files;
}

async function stage(
  files: readonly ReadyFile[],
  control: pg.Client,
  { databaseUrl, onProgress }: ImportOptions,
  reject: (one: Reject) => void,
): Promise<void> {
  const staging = await Staging.create(control, databaseUrl);
  try {
    for (const [index, file] of files.entries()) {
      const router = new RowRouter(index, file.targets, file.counts, staging, reject);
      for await (const records of readRecords(file.path, file.mapping, file.delimiter)) {
        for (const record of records) {
          const problem = recordProblem(file.mapping, record, file.header);
          if (problem !== undefined) router.refuse(problem);
          else if ("fields" in record) router.route(record.fields, record.line);
        }
        await staging.room();
        onProgress?.({ file: file.mapping.file, rows: file.counts.read });
      }
    }
    await staging.end();
  } catch (problem) {
    await staging.abandon();
    throw problem;
  }
}

/** Rejects what only the whole shows: keys told twice where that is not allowed, and lines of no order. */
async function rejectStaged(
  control: pg.Client,
  files: readonly ReadyFile[],
  reject: (one: Reject) => void,
): Promise<void> {
  const rejectedRows = new Set<string>();
  let told = "";
  const refuse = (file: ReadyFile, { line, target, field, value, first }: StagedReject): void => {
    const expression = file.mapping.targets[target]?.fields[field];
    const counts = file.counts.targets[target] as TargetCounts;
    counts.loaded--;
    counts.rejected++;
    const row = `${file.mapping.file}:${line}`;
    if (!rejectedRows.has(row)) {
      file.counts.loaded--;
      file.counts.rejected++;
    }
    rejectedRows.add(row);
    // Two targets may want the same thing of a row; saying so once is enough.
    if (told === `${row} ${field} ${first}`) return;
    told = `${row} ${field} ${first}`;
    reject({
      file: file.mapping.file,
      line,
      column: expression === undefined ? "" : columnsOf(expression).join(", "),
      value: (value ?? "").slice(0, 80),
      reason: first === null ? `${field}: there is no such order` : `${field} was in line ${first} already`,
    });
  };
  for (const into of TARGET_NAMES) {
    const query = repeatsQuery(into);
    if (query === undefined) continue;
    for await (const row of staged(control, query)) {
      const file = files[row.file] as ReadyFile;
      if (file.targets[row.target]?.repeats === "reject") refuse(file, row);
      else {
        const counts = file.counts.targets[row.target] as TargetCounts;
        counts.loaded--;
        counts.repeated++;
      }
    }
  }
  for await (const row of staged(control, ORPHAN_LINES)) refuse(files[row.file] as ReadyFile, row);
}

async function* staged(control: pg.Client, query: string): AsyncGenerator<StagedReject> {
  await control.query(`DECLARE staged NO SCROLL CURSOR FOR ${query}`);
  for (;;) {
    const { rows } = await control.query("FETCH 5000 FROM staged");
    for (const row of rows)
      yield { ...row, line: Number(row.line), first: row.first === null ? null : Number(row.first) };
    if (rows.length < 5000) break;
  }
  await control.query("CLOSE staged");
}

async function countTables(control: pg.Client): Promise<Record<Table, number>> {
  const counts: Partial<Record<Table, number>> = {};
  for (const table of TABLES) {
    const { rows } = await control.query(`SELECT count(*)::int AS count FROM shop_v3.${table}`);
    counts[table] = rows[0].count;
  }
  return counts as Record<Table, number>;
}

async function whoCanLogIn(control: pg.Client): Promise<{ customers: string[]; promotions: string[] }> {
  const customers = await control.query(
    `SELECT min(lower(btrim(email))) AS email FROM shop_v3.customers WHERE email ~ '^\\s*[^@\\s]+@[^@\\s]+\\.[^@\\s]+\\s*$'
     GROUP BY lower(btrim(email)) HAVING count(*) = 1 ORDER BY min(id) LIMIT $1`,
    [LOGINS],
  );
  const promotions = await control.query(
    `SELECT upper(btrim(code)) AS code FROM shop_v3.promotions
     WHERE coalesce(valid_to, 'infinity') > now() + interval '1 day' AND coalesce(valid_from, '-infinity') < now() ORDER BY id LIMIT 5`,
  );
  return {
    customers: customers.rows.map(({ email }) => email),
    promotions: promotions.rows.map(({ code }) => code),
  };
}
