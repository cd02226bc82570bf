import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Budget } from "./contract/budget";
import { makeProject } from "./engine/project";
import { startInstantMonitor, startProvider } from "./engine/servers";

const PULUMI = resolve(__dirname, "../engine/bin/pulumi");
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? "3");

interface Run {
  seconds: number;
  /** Largest resident size of the process itself, in MB; NaN where /proc does not tell. */
  peak: number;
}
function execute(args: string[], cwd: string, env: NodeJS.ProcessEnv): Promise<Run> {
  const started = process.hrtime.bigint();
  const child = spawn(process.execPath, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => (output += String(chunk)));
  let peak = Number.NaN;
  const timer = setInterval(() => {
    try {
      const match = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"));
      if (match) peak = Number(match[1]) / 1024;
    } catch {
      // The process is over, or this system has no /proc.
    }
  }, 50);
  return new Promise((done, fail) => {
    child.once("close", (code) => {
      clearInterval(timer);
      if (code !== 0) fail(new Error(`${args.join(" ")} ended with ${code}\n${output.slice(-2000)}`));
      else done({ seconds: Number(process.hrtime.bigint() - started) / 1e9, peak });
    });
  });
}

const median = (values: number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
const spread = (values: number[]): string =>
  `${Math.min(...values).toFixed(2)}–${Math.max(...values).toFixed(2)}`;

/** How long the engine takes beside the same program without an engine; both sides alternate. */
export async function run(
  _options: object,
): Promise<{ budgets: Budget[]; figures: Record<string, unknown> }> {
  const provider = await startProvider();
  const monitor = await startInstantMonitor();
  const project = makeProject(provider.address);
  try {
    const environment = (count: number): NodeJS.ProcessEnv => ({
      ...project.environment,
      BENCH_RESOURCES: String(count),
    });
    const pulumi = (count: number, ...args: string[]): Promise<Run> =>
      execute([PULUMI, ...args, "--non-interactive"], project.directory, environment(count));
    const alone = (count: number, preview: boolean): Promise<Run> =>
      execute(
        [
          join(project.directory, "node_modules/@pulumi/pulumi/cmd/run/index.js"),
          ...[
            "--monitor",
            monitor.address,
            "--engine",
            monitor.address,
            "--project",
            "bench",
            "--stack",
            "dev",
          ],
          ...["--pwd", project.directory, ...(preview ? ["--dry-run"] : []), "--parallel", "16", "."],
        ],
        project.directory,
        environment(count),
      );
    const samples: Record<string, number[]> = {};
    const measure = async (name: string, work: () => Promise<Run>): Promise<Run> => {
      const result = await work();
      samples[name] ??= [];
      samples[name].push(result.seconds);
      console.log(`${name.padEnd(40)} ${result.seconds.toFixed(2)} s`);
      return result;
    };
    await pulumi(0, "stack", "init", "dev");
    for (let round = 0; round < ROUNDS; round++) {
      await measure("program alone, preview, 200", () => alone(200, true));
      await measure("preview, 200, two packs", () =>
        pulumi(200, "preview", "--policy-pack", "one", "--policy-pack", "two"),
      );
    }
    const created200 = await measure("up, create 200", () => pulumi(200, "up", "--yes", "--skip-preview"));
    for (let round = 0; round < ROUNDS; round++) {
      await measure("program alone, 200", () => alone(200, false));
      await measure("up, no changes, 200", () => pulumi(200, "up", "--yes", "--skip-preview"));
    }
    const created2000 = await measure("up, create 2000", () => pulumi(2000, "up", "--yes", "--skip-preview"));
    let peak = created2000.peak;
    for (let round = 0; round < ROUNDS; round++) {
      await measure("program alone, 2000", () => alone(2000, false));
      const same = await measure("up, no changes, 2000", () => pulumi(2000, "up", "--yes", "--skip-preview"));
      peak = Math.max(peak, same.peak);
    }
    const of = (name: string): number => median(samples[name] ?? []);
    /** Both sides of a round ran one after the other: what else the machine did meanwhile falls out of their ratio. */
    const ratio = (name: string, beside: string): number =>
      median(
        (samples[name] ?? []).map((seconds, round) => seconds / (samples[beside]?.[round] ?? Number.NaN)),
      );
    const perResource =
      ((of("up, no changes, 2000") -
        of("program alone, 2000") -
        (of("up, no changes, 200") - of("program alone, 200"))) /
        1800) *
      1000;
    // Linear: what a change of ten times the resources costs the engine grows as it does for the program without one.
    const growth =
      (of("up, no changes, 2000") - of("up, no changes, 200")) /
      Math.max(0.001, of("program alone, 2000") - of("program alone, 200"));
    // The first 200 carry the start of everything, so 1,800 more may cost nine times as much, and half as much again.
    const perCreated = (created2000.seconds - created200.seconds) / 1800 / (created200.seconds / 200);
    const budget = (name: string, value: number, limit: number, unit: string): Budget => ({
      name,
      value,
      limit,
      unit,
      holds: Number.isNaN(value) || value <= limit,
    });
    return {
      budgets: [
        budget(
          "engine: preview of 200 resources with two packs / program",
          ratio("preview, 200, two packs", "program alone, preview, 200"),
          1.6,
          "×",
        ),
        budget(
          "engine: up of 200 resources without changes / program",
          ratio("up, no changes, 200", "program alone, 200"),
          1.6,
          "×",
        ),
        budget("engine: overhead per resource", perResource, 3, " ms"),
        budget("engine: time of 1800 more resources without changes / program", growth, 1.6, "×"),
        budget("engine: time of a resource among 2000 created / among 200", perCreated, 1.5, "×"),
        budget("engine: memory at 2000 resources", peak, 200, " MB"),
      ],
      figures: {
        engine: {
          seconds: Object.fromEntries(
            Object.entries(samples).map(([name, values]) => [
              name,
              { median: median(values), spread: spread(values) },
            ]),
          ),
          growthBesideProgram: growth,
        },
      },
    };
  } finally {
    project.remove();
    monitor.stop();
    provider.stop();
  }
}
