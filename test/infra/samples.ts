import path from "node:path";
import { type Parameters, parseParameters } from "../../infra/parameters";
import { PHASES, type Phase, STRATEGIES, type Strategy } from "../../infra/phases";
import { type Plan, planUpgrade } from "../../infra/plan";
import { loadRelease } from "../../releases/load";
import type { Manifest } from "../../releases/manifest";

export const RELEASES = path.resolve(__dirname, "..", "..", "releases");
export const CURRENT = "3.2.0";
export const NEXT = "4.0.0";

export const manifests: Record<string, Manifest> = {
  [CURRENT]: loadRelease(RELEASES, CURRENT),
  [NEXT]: loadRelease(RELEASES, NEXT),
};

/** The least a stack has to say. */
export const minimal = (): Record<string, unknown> => ({
  environment: "development",
  release: { current: CURRENT },
  cluster: { name: "shop" },
  network: {
    vpcId: "vpc-0a1b2c3d4e5f60718",
    publicSubnetIds: ["subnet-0a1b2c3d4e5f60711", "subnet-0a1b2c3d4e5f60712"],
    privateSubnetIds: ["subnet-0a1b2c3d4e5f60713", "subnet-0a1b2c3d4e5f60714"],
    databaseSubnetIds: ["subnet-0a1b2c3d4e5f60715", "subnet-0a1b2c3d4e5f60716"],
    nodeSecurityGroupId: "sg-0a1b2c3d4e5f60718",
  },
  business: { payment: { url: "https://pay.example" }, logistics: { url: "https://carrier.example" } },
  edge: {
    host: "shop.example",
    previewHost: "preview.shop.example",
    certificateArn: "arn:aws:acm:eu-central-1:111122223333:certificate/3f1b2c4d",
  },
});

/** A stack in the given position of the dial. */
export function parametersAt(phase: Phase, strategy: Strategy = "blue-green", weight = 100): Parameters {
  const given = minimal();
  return parseParameters({
    ...given,
    phase,
    strategy,
    release: phase === "steady" ? { current: CURRENT } : { current: CURRENT, next: NEXT },
    confirm: [`complete ${NEXT}`],
    edge: { ...(given.edge as object), weight },
  });
}

export const planAt = (phase: Phase, strategy: Strategy = "blue-green", weight = 100): Plan =>
  planUpgrade(parametersAt(phase, strategy, weight), manifests, "test");

/** Every position of the dial under every strategy. */
export const POSITIONS: readonly { phase: Phase; strategy: Strategy }[] = STRATEGIES.flatMap((strategy) =>
  PHASES.map((phase) => ({ phase, strategy })),
);
