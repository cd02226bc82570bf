import { z } from "zod";
import { PHASES, STRATEGIES } from "../phases";
import { backup } from "./backup";
import { business } from "./business";
import { database } from "./database";
import { edge } from "./edge";
import { text, whole } from "./fields";
import { monitoring } from "./monitoring";
import { cluster, network, security } from "./platform";
import { release } from "./release";
import { change, gates, limits, migration, soak, verification } from "./upgrade";

/** Everything a stack can say. The JSON schema for editors and docs/parameters.md are generated from it. */
export const parametersSchema = z.strictObject({
  environment: z
    .enum(["development", "staging", "production"], "must be development, staging or production")
    .meta({ description: "What the stack is for; production has rules of its own." }),
  phase: z
    .enum(PHASES, `must be one of ${PHASES.join(", ")}`)
    .default("steady")
    .meta({ description: "Position of the dial." }),
  strategy: z
    .enum(STRATEGIES, `must be ${STRATEGIES.join(" or ")}`)
    .default("blue-green")
    .meta({ description: "Without downtime, or in a maintenance window." }),
  attempt: whole(
    1,
    9999,
    "Counter; part of the names of snapshots and Jobs. Raising it runs a phase's work again.",
  ).default(1),
  confirm: z
    .array(text("Name of a step."))
    .default([])
    .meta({ description: 'Steps that cannot be undone and were confirmed, such as "complete 4.0.0".' }),
  release,
  cluster,
  network,
  database,
  backup,
  business,
  migration,
  verification,
  soak,
  gates,
  limits,
  edge,
  monitoring,
  security,
  change,
});

export type Parameters = z.output<typeof parametersSchema>;
