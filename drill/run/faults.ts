/** A fault as the drill cloud takes it (POST /faults). */
export type Fault = Readonly<Record<string, unknown>> & { readonly kind: string };

/** A named trouble, and what a good upgrade does about it. */
export interface Scenario {
  readonly title: string;
  /** Put into the drill cloud before the upgrade begins. */
  readonly faults: readonly Fault[];
  /** Phase at which the upgrade must stop; undefined when it must pass all the same. */
  readonly stopsAt: string | undefined;
}

export const FAULTS: Readonly<Record<string, Scenario>> = {
  "migrate-crash": {
    title: "the migration Job is killed twice in mid-backfill",
    faults: [{ kind: "kill-job", job: "migrate", logMatches: "backfill", times: 2 }],
    stopsAt: undefined,
  },
  "wrong-stock": {
    title: "the stock module of the new release returns wrong figures",
    faults: [
      {
        kind: "environment",
        repository: "shop/inventory",
        release: "next",
        variables: { SHOP_FAULT: "wrong-stock" },
      },
    ],
    stopsAt: "staged",
  },
};
