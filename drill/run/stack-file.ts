import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseDocument } from "yaml";
import type { DrillOptions } from "./options";
import type { Workspace } from "./workspace";
import type { World } from "./world";

const NAMESPACE = "order-upgrade";

/**
 * Copies the stack's file into the workspace, where the dial is turned, and fits it to a laptop: releases as asked,
 * the simulated companies, and short waits in place of days. Everything else is what the stack really has.
 */
export function writeStackFile(workspace: Workspace, options: DrillOptions, world: World): void {
  const tracked = trackedFile(workspace, options.stack);
  // Not a copy of the file: that one may be read by everybody.
  writeFileSync(stackFile(workspace), readFileSync(tracked), { mode: 0o600 });
  setParameters(workspace, {
    phase: "steady",
    attempt: 1,
    strategy: options.strategy,
    "release.current": options.from,
    "release.next": options.to,
    // A person confirms what cannot be undone by typing its name; in a rehearsal that is what we are here for.
    confirm: [`complete ${options.to}`],
    ...LAPTOP,
    ...addresses(world),
  });
}

/** Addresses change when a drill is continued: the companies listen on free ports. */
export const refreshStackFile = (workspace: Workspace, world: World): void =>
  setParameters(workspace, addresses(world));

/** Writes parameters, named by their paths such as `edge.publicUrl`, into the workspace's stack file. */
export function setParameters(workspace: Workspace, parameters: Readonly<Record<string, unknown>>): void {
  const file = stackFile(workspace);
  const document = parseDocument(readFileSync(file, "utf8"));
  for (const [key, value] of Object.entries(parameters)) {
    const [first, ...rest] = key.split(".");
    document.setIn(["config", `${NAMESPACE}:${first}`, ...rest], value);
  }
  writeFileSync(file, document.toString({ lineWidth: 0, flowCollectionPadding: false }), { mode: 0o600 });
}

export const stackFile = (workspace: Workspace): string => workspace.file(`Pulumi.${workspace.stack}.yaml`);

/** The file under version control, which the operators of the real stack edit. */
const trackedFile = (workspace: Workspace, stack: string): string =>
  path.join(workspace.root, "stacks", `Pulumi.${stack}.yaml`);

export const stackExists = (workspace: Workspace, stack: string): boolean =>
  existsSync(trackedFile(workspace, stack));

/** The stack whose proofs this one asks for before it takes a release; undefined when it asks for none. */
export function provedBy(workspace: Workspace, stack: string): string | undefined {
  const document = parseDocument(readFileSync(trackedFile(workspace, stack), "utf8"));
  const from = document.getIn(["config", `${NAMESPACE}:change`, "staging"]);
  return typeof from === "string" ? from : undefined;
}

/** Minutes in place of days, and what else a laptop needs other than a cluster. */
const LAPTOP: Readonly<Record<string, unknown>> = {
  // The reference shop's programs are not scanned anew for each rehearsal.
  "verification.findings.maximumAge": "365d",
  "cluster.minReady": "1s",
  "cluster.preStop": "1s",
  "verification.drain.quiet": "500ms",
  "monitoring.period": "10s",
  "soak.period": "10s",
  // Often enough to be seen at work, and no more than a small part at a time.
  "migration.reconcileInterval": "1m",
  "migration.reconcileRows": 10_000,
  "business.stockUpdateInterval": "3s",
  "business.logistics.pollInterval": "10s",
  // Two cores for everything: what would be slow in a database's own machine is how it is here.
  "migration.writeLatency": "200ms",
  "migration.slowdown": 8,
  // Nobody evaluates alarms here, so no synthetic customer and no alarm can be asked; the other layers are real.
  "gates.layers": ["comparison", "queues", "pods", "errors", "latency"],
  "gates.requests": 20,
  // Two cores that run a cloud, its customers and an engine at once answer unevenly; what a customer would notice still counts.
  "verification.performance.floor": "250ms",
  "verification.performance.samples": 30,
  // Minutes after migrate compared everything, and minutes before contract does.
  "verification.comparedShare": 0.05,
  "edge.canary": [10, 100],
};

const addresses = (world: World): Readonly<Record<string, unknown>> => ({
  "business.payment.url": world.outside.payment,
  "business.payment.port": Number(new URL(world.outside.payment).port),
  "business.logistics.url": world.outside.carrier,
  "business.logistics.port": Number(new URL(world.outside.carrier).port),
});
