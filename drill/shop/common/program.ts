import pino, { type Logger } from "pino";
import { type Database, openDatabase } from "./database";
import { type Environment, EnvironmentProblem, type Needed, readEnvironment } from "./environment";
import { healthRoutes, type Readiness } from "./health";
import { startServer } from "./http-server";
import { createMetrics, type Metrics } from "./metrics";
import type { Route } from "./routes";
import { startTasks, type Task } from "./tasks";

/** What a module is given to work with. */
export interface Context {
  /** Version of the release the module belongs to. */
  readonly release: string;
  readonly environment: Environment;
  /** Throws when the program said it needs no DATABASE_URL. */
  readonly database: Database;
  readonly metrics: Metrics;
  readonly log: Logger;
}

/** A module of a release: the service it is, and the worker it can be instead. */
export interface Program {
  readonly release: string;
  /** PostgreSQL schema of the release's data model. Statements name its tables without it. */
  readonly schema: string;
  readonly module: string;
  readonly needs: { readonly service: readonly Needed[]; readonly worker?: readonly Needed[] };
  service(context: Context): readonly Route[];
  worker?(context: Context): readonly Task[];
}

export interface RunningProgram {
  readonly port: number;
  /** Turns /ready to 503, goes on serving for STOP_DELAY_MS, then finishes what it has and closes. */
  stop(): Promise<void>;
}

const SLOW_DELAY_MS = 1_500;

/** Starts the service of a program, or its worker. Throws an EnvironmentProblem before anything is started. */
export async function startProgram(
  program: Program,
  role: "service" | "worker",
  variables: NodeJS.ProcessEnv,
): Promise<RunningProgram> {
  const needs = role === "service" ? program.needs.service : program.needs.worker;
  if (!needs || (role === "worker" && !program.worker)) {
    throw new EnvironmentProblem([`the module ${program.module} has no worker`]);
  }
  const environment = readEnvironment(variables, needs);
  const name = role === "service" ? program.module : `${program.module}-worker`;
  const labels = { release: program.release, module: name };
  const log = pino({ level: environment.logLevel, base: labels, timestamp: pino.stdTimeFunctions.isoTime });
  const metrics = createMetrics(labels);
  const application = `${name}-${program.release}`;
  const database = needs.includes("DATABASE_URL")
    ? openDatabase(
        {
          url: environment.databaseUrl,
          schema: program.schema,
          connections: environment.databasePool,
          application,
        },
        log,
      )
    : undefined;
  const context: Context = {
    release: program.release,
    environment,
    metrics,
    log,
    get database() {
      if (!database) throw new Error(`${name} has no database`);
      return database;
    },
  };
  const readiness: Readiness = { stopping: false };
  const routes = role === "service" ? program.service(context) : [];
  const server = await startServer(
    { port: environment.port, host: environment.host },
    {
      release: program.release,
      routes: [...healthRoutes(readiness, database, metrics), ...routes],
      sessionSecret: environment.sessionSecret,
      delayMs: environment.faults.has("slow") ? SLOW_DELAY_MS : 0,
      log,
      metrics,
    },
  );
  const tasks = startTasks(role === "worker" ? (program.worker?.(context) ?? []) : [], log);
  log.info({ port: server.port }, "started");

  const stop = async (): Promise<void> => {
    readiness.stopping = true;
    log.info("stopping");
    const tasksEnded = tasks.stop();
    if (role === "service") await new Promise((done) => setTimeout(done, environment.stopDelayMs));
    await Promise.all([tasksEnded, server.stop()]);
    await database?.close();
    metrics.registry.clear();
    log.info("stopped");
  };
  let stopped: Promise<void> | undefined;
  return {
    port: server.port,
    stop() {
      stopped ??= stop();
      return stopped;
    },
  };
}
