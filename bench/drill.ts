import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { ended, spawnNode } from "../drill/process/leash";
import type { DrillResult } from "../drill/run/conclusion";
import { atMost, type Budget } from "./contract/budget";

export interface DrillBenchOptions {
  /** Orders in the old model before the upgrade. Default 100,000, for which the budgets are stated. */
  readonly rows?: number;
}

const ROOT = path.join(__dirname, "..");

/** A whole rehearsal, as `npm start` runs it, against what an upgrade may cost customers. */
export async function run(
  options: DrillBenchOptions = {},
): Promise<{ budgets: Budget[]; figures: Record<string, unknown> }> {
  const folder = mkdtempSync(path.join(tmpdir(), "bench-drill-"));
  const file = path.join(folder, "drill.json");
  const orders = String(options.rows ?? 100_000);
  try {
    const drill = spawnNode(path.join(ROOT, "drill", "bin", "drill"), ["--orders", orders, "--json", file], {
      cwd: ROOT,
    });
    drill.stdout?.pipe(process.stdout, { end: false });
    drill.stderr?.pipe(process.stderr, { end: false });
    const code = await ended(drill);
    if (code !== 0) throw new Error(`the drill ended with ${code}; what it printed says why`);
    const result = JSON.parse(readFileSync(file, "utf8")) as DrillResult;
    const { requests } = result;
    const { lost, doubled, altered } = result.orders;
    return {
      budgets: [
        atMost(`drill with ${orders} orders`, result.seconds, 120, "s"),
        atMost("requests failed during the upgrade and the way back", requests.failed, 0, ""),
        atMost("acknowledged orders lost, doubled or altered", lost + doubled + altered, 0, ""),
        atMost(
          "p99 in the 10 s around a switch against before, worst of all",
          requests.p99Switch / requests.p99Before,
          1.5,
          "×",
        ),
      ],
      figures: { drill: { ...result, audit: undefined } },
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
