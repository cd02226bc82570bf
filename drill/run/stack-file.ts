import { copyFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
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
export function writeStackFile(workspace: Workspace, options: DrillOptions, world: World): string {
  const file = stackFile(workspace);
  copyFileSync(path.join(workspace.root, "stacks", `Pulumi.${options.stack}.yaml`), file);
  const document = parseDocument(readFileSync(file, "utf8"));
  const set = (key: string, value: unknown): void => {
    const [first, ...rest] = key.split(".");
    document.setIn(["config", `${NAMESPACE}:${first}`, ...rest], value);
  };
  set("phase", "steady");
  set("attempt", 1);
  set("strategy", options.strategy);
  set("release.current", options.from);
  set("release.next", options.to);
  for (const [key, value] of Object.entries(laptop(world))) set(key, value);
  writeFileSync(file, document.toString({ lineWidth: 0 }), { mode: 0o600 });
  return file;
}

/** Addresses change when a drill is continued: the companies listen on free ports. */
export function refreshStackFile(workspace: Workspace, world: World): string {
  const file = stackFile(workspace);
  const document = parseDocument(readFileSync(file, "utf8"));
  for (const [key, value] of Object.entries(laptop(world))) {
    const [first, ...rest] = key.split(".");
    document.setIn(["config", `${NAMESPACE}:${first}`, ...rest], value);
  }
  writeFileSync(file, document.toString({ lineWidth: 0 }), { mode: 0o600 });
  return file;
}

export const stackFile = (workspace: Workspace): string => workspace.file(`Pulumi.${workspace.stack}.yaml`);

export const stackExists = (workspace: Workspace, stack: string): boolean =>
  existsSync(path.join(workspace.root, "stacks", `Pulumi.${stack}.yaml`));

const laptop = (world: World): Readonly<Record<string, unknown>> => ({
  "business.payment.url": world.outside.payment,
  "business.logistics.url": world.outside.carrier,
});
