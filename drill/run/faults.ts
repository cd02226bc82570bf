import { versionInNames } from "../../releases/manifest";

/** A fault as the drill cloud takes it (POST /faults). */
export type Fault = Readonly<Record<string, unknown>> & { readonly kind: string };

/** A named trouble, and what a good upgrade does about it. */
export interface Scenario {
  readonly title: string;
  /** What is put into the drill cloud before the upgrade begins. `next` is the release being introduced. */
  faults(next: string): readonly Fault[];
  /** How often the operator's command is killed with SIGKILL, and typed again. Default: never. */
  readonly kills?: number;
  /** Phase at which the upgrade must stop; undefined when it must pass all the same. */
  readonly stopsAt: string | undefined;
}

/** A new release whose module misbehaves, as its programs do when SHOP_FAULT says so. */
const broken = (title: string, module: string, fault: string): Scenario => ({
  title,
  faults: (next) => [
    { kind: "pod-environment", pod: `${module}-${versionInNames(next)}`, environment: { SHOP_FAULT: fault } },
  ],
  stopsAt: "staged",
});

export const FAULTS: Readonly<Record<string, Scenario>> = {
  "migrate-crash": {
    title: "the migration Job is killed twice in mid-backfill",
    faults: (next) => [
      { kind: "pod-kill", pod: `migrate-${versionInNames(next)}`, pattern: "loading orders", times: 2 },
    ],
    stopsAt: undefined,
  },
  "operator-killed": {
    title: "the operator's command is killed at 20 random instants, and typed again",
    faults: () => [],
    kills: 20,
    stopsAt: undefined,
  },
  "wrong-stock": broken(
    "the stock module of the new release returns wrong figures",
    "inventory",
    "wrong-stock",
  ),
  slow: broken("the new release answers slowly", "orders", "slow"),
  "login-broken": broken("nobody can log in to the new release", "orders", "login-broken"),
  "missing-function": broken("a function is missing in the new release", "orders", "missing-function"),
};
