import { setFlagsFromString } from "node:v8";
import { EnvironmentProblem } from "./environment";
import { type Program, startProgram } from "./program";

/** Runs a program as a process: `worker` as first argument starts the worker; SIGTERM and SIGINT stop it in order. */
export function main(program: Program): void {
  // Many small processes share a machine: short-lived objects get 1 MiB instead of up to 32, which costs next to no time.
  setFlagsFromString("--semi-space-growth-factor=1");
  const [role = "service", ...rest] = process.argv.slice(2);
  if ((role !== "service" && role !== "worker") || rest.length > 0) {
    process.stderr.write(
      `usage: ${program.module} [service|worker] (got "${process.argv.slice(2).join(" ")}")\n`,
    );
    process.exitCode = 2;
    return;
  }
  startProgram(program, role, process.env).then(
    (running) => {
      const stop = (): void => {
        running.stop().then(() => process.exit(0), fail);
      };
      process.once("SIGTERM", stop);
      process.once("SIGINT", stop);
    },
    (problem: unknown) => fail(problem),
  );
}

function fail(problem: unknown): void {
  const wrongEnvironment = problem instanceof EnvironmentProblem;
  const text = wrongEnvironment ? problem.message : ((problem as Error).stack ?? String(problem));
  process.stderr.write(`${text}\n`);
  process.exit(wrongEnvironment ? 2 : 1);
}
