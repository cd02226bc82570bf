import path from "node:path";
import { describe, expect, it } from "vitest";
import { ended, spawnNode } from "../../../drill/process/leash";
import { Kills } from "../../../drill/run/kills";

/** A command that ends by itself after so many milliseconds. */
const command = (milliseconds: number) =>
  spawnNode(path.join(__dirname, "..", "..", "..", "drill", "process", "parent-watch.cjs"), [], {
    nodeArguments: ["-e", `setTimeout(() => process.exit(3), ${milliseconds})`],
  });

describe("killing the operator's command", () => {
  it("never happens when it is not asked for", async () => {
    const child = command(50);
    const end = ended(child);
    expect(await new Kills(1, 0).watch(child, end)).toBeUndefined();
    expect(await end).toBe(3);
  });

  it("ends a command that runs on by SIGKILL, as often as asked and not once more", async () => {
    const kills = new Kills(1, 1, 50);
    const long = command(600_000);
    const end = ended(long);
    expect(await kills.watch(long, end)).toBe("1 of 1");
    expect(await end).toBe("SIGKILL");
    const next = command(50);
    expect(await kills.watch(next, ended(next))).toBeUndefined();
  });
});
