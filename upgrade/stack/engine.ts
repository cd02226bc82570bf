import path from "node:path";
import type { PulumiCommand } from "@pulumi/pulumi/automation";
import { Refusal } from "../refusal";
import { automation } from "./automation";

export const ENGINES = ["auto", "offline", "pulumi"] as const;
export type EngineChoice = (typeof ENGINES)[number];

/** The `pulumi` executable that runs the program; never chosen silently. */
export interface Engine {
  readonly kind: "offline" | "pulumi";
  readonly version: string;
  readonly command: PulumiCommand;
}

/** Finds the engine: `auto` is the Pulumi CLI where one is installed, else the offline engine of this project. */
export async function chooseEngine(choice: EngineChoice, root: string): Promise<Engine> {
  if (choice !== "offline") {
    const cli = await installed();
    if (cli !== undefined) return { kind: "pulumi", version: String(cli.version ?? "unknown"), command: cli };
    if (choice === "pulumi") {
      throw new Refusal(
        "--engine pulumi: no Pulumi CLI on the PATH. Install it, or use --engine offline for a rehearsal.",
      );
    }
  }
  const command = await automation().PulumiCommand.get({ root: path.join(root, "engine") });
  return { kind: "offline", version: String(command.version ?? "unknown"), command };
}

async function installed(): Promise<PulumiCommand | undefined> {
  try {
    return await automation().PulumiCommand.get();
  } catch {
    return undefined;
  }
}
