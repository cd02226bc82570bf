import { existsSync } from "node:fs";
import { altered, packageReleases, publish } from "../images/package";
import { summaryLines } from "../report/summary";
import { conclude, type DrillResult } from "./conclusion";
import { FAULTS } from "./faults";
import type { DrillOptions } from "./options";
import { Site } from "./site";
import { freeStack, makeStack } from "./stack";
import { refreshStackFile, stackFile, writeStackFile } from "./stack-file";
import { Interrupted, StageFailed } from "./stages";
import { walk } from "./walk";
import type { Progress, Workspace } from "./workspace";
import { World } from "./world";

/** Runs a drill from where it stands to its end. Everything it starts has ended when it returns, or throws. */
export async function drill(
  workspace: Workspace,
  options: DrillOptions,
  print: (line: string) => void,
  signal: AbortSignal,
): Promise<DrillResult> {
  const progress = begin(workspace, options, print);
  // Nobody needs a program before the stack is deployed, so the world starts and the stack is made meanwhile.
  const pulled = pullImages(workspace, options, print);
  pulled.catch(() => undefined);
  const world = await World.start(workspace, options.seed);
  const site = new Site(workspace, options, world, print, signal);
  try {
    if (existsSync(stackFile(workspace))) {
      refreshStackFile(workspace, world);
      await freeStack(workspace, options.stack, options.engine);
    } else {
      writeStackFile(workspace, options, world);
      await makeStack(workspace, options.stack, options.engine);
    }
    await pulled;
    for (const fault of FAULTS[options.fault ?? ""]?.faults(options.to) ?? [])
      await world.cloud.inject(fault);
    if ("traffic" in progress.done) await site.openDoors();
    const walked = await walk(site, progress, signal);
    if (signal.aborted)
      throw new Interrupted("Interrupted. Nothing is lost; continue with: npm start -- --resume");
    const result = await conclude(site, walked.progress, walked.failure);
    if (options.keep) await keepOpen(site, result, signal);
    return result;
  } finally {
    await site.traffic?.stop();
    await world.stop();
  }
}

function begin(workspace: Workspace, options: DrillOptions, print: (line: string) => void): Progress {
  const before = workspace.readProgress();
  if (options.resume && before !== undefined) {
    print(
      `Continuing the drill of ${before.startedAt}; done: ${Object.keys(before.done).join(", ") || "nothing yet"}.`,
    );
    return before;
  }
  if (options.resume) print("There is no drill to continue; starting a new one.");
  workspace.clear();
  const progress: Progress = { options, startedAt: new Date().toISOString(), done: {} };
  workspace.writeProgress(progress);
  return progress;
}

/** Packages the releases the way a registry would hold them. An altered program is not the one its manifest names. */
export async function pullImages(
  workspace: Workspace,
  options: DrillOptions,
  print: (line: string) => void,
): Promise<void> {
  const packaged = await packageReleases(workspace.root, [options.from, options.to]);
  const differing = altered(packaged);
  if (differing.length > 0) {
    const names = differing.map((one) => `${one.release} ${one.place.join(".")}`).join(", ");
    throw new StageFailed(
      `These programs are not what their manifest names: ${names}. If you changed them on purpose, run: npm run package`,
    );
  }
  publish(packaged, workspace.images);
  print(
    `Releases ${options.from} and ${options.to}: ${packaged.length} programs, digests as in the manifests.`,
  );
}

/** Leaves the shop as it is at the end, for a person to look at, until Ctrl-C. */
async function keepOpen(site: Site, result: DrillResult, signal: AbortSignal): Promise<void> {
  for (const line of summaryLines(result)) site.print(line);
  site.print(`\nThe shop stays open at ${await site.address()} until Ctrl-C.`);
  if (!signal.aborted) await new Promise((done) => signal.addEventListener("abort", done, { once: true }));
}
