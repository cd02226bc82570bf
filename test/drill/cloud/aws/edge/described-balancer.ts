import { LoadBalancers } from "../../../../../drill/cloud/aws/edge/control/load-balancers";
import type { StartDataPlane } from "../../../../../drill/cloud/aws/edge/data-plane/data-plane";
import { openResources } from "../../../../../drill/cloud/aws/resources";
import type { Log } from "../../../../../drill/cloud/ports";
import type { Values } from "../../../../../drill/cloud/provider/values";
import { eventually } from "../../eventually";
import { temporaryFolder } from "../../folder";
import { putResource } from "./record";

const PREFIX = "arn:aws:elasticloadbalancing:eu-central-1:111122223333:";
const BALANCER = `${PREFIX}loadbalancer/app/shop/1`;
export const LISTENER = `${PREFIX}listener/app/shop/1/2`;
export const groupArn = (name: string): string => `${PREFIX}targetgroup/${name}/3`;

export type DescribedBalancer = ReturnType<typeof describedBalancer>;

/** A load balancer on a folder of its own, with a listener that answers 404, and short ways to describe the rest. */
export function describedBalancer(
  dataPlane: StartDataPlane,
  { log = () => {}, died = raise }: { log?: Log; died?: (problem: Error) => void } = {},
) {
  const folder = temporaryFolder();
  const open = () => {
    const { persistence, ports } = folder.open();
    const resources = openResources(persistence);
    return { resources, ports, edge: new LoadBalancers({ resources, ports, log, dataPlane, died }) };
  };
  let opened = open();

  const put = (token: string, id: string, inputs: Values, outputs?: Values): void =>
    putResource(opened.resources, token, id, inputs, outputs);
  put(
    "aws:lb/loadBalancer:LoadBalancer",
    BALANCER,
    { name: "shop" },
    { dnsName: "shop-1.eu-central-1.elb.amazonaws.com" },
  );
  put("aws:lb/listener:Listener", LISTENER, {
    loadBalancerArn: BALANCER,
    port: 443,
    protocol: "HTTPS",
    defaultActions: [
      {
        type: "fixed-response",
        fixedResponse: { statusCode: "404", contentType: "text/plain", messageBody: "nothing here" },
      },
    ],
  });

  return {
    get edge() {
      return opened.edge;
    },
    get ports() {
      return opened.ports;
    },
    put,
    /** Answers the ARN. */
    group(name: string, more: Values = {}): string {
      put("aws:lb/targetGroup:TargetGroup", groupArn(name), {
        name,
        port: 8080,
        healthCheck: { path: "/ready", interval: 5, timeout: 2, healthyThreshold: 2, unhealthyThreshold: 2 },
        ...more,
      });
      return groupArn(name);
    },
    weights(...entries: readonly (readonly [string, number])[]): void {
      put("aws:lb/listenerRule:ListenerRule", "rule", {
        listenerArn: LISTENER,
        priority: 10,
        conditions: [{ pathPattern: { values: ["/api/*"] } }],
        actions: [
          { type: "forward", forward: { targetGroups: entries.map(([arn, weight]) => ({ arn, weight })) } },
        ],
      });
    },
    async healthy(arn: string, count: number): Promise<void> {
      await eventually(
        () => [...opened.edge.health(arn).values()].filter((one) => one === "healthy").length,
      ).toBe(count);
    },
    /** The loopback address of the listener. */
    async address(): Promise<string> {
      const [first] = (await opened.edge.state()) as unknown as { listeners: { address: string }[] }[];
      return first?.listeners[0]?.address ?? "";
    },
    async restart(): Promise<void> {
      await opened.edge.stop();
      opened = open();
    },
    async remove(): Promise<void> {
      await opened.edge.stop();
      folder.remove();
    },
  };
}

function raise(problem: Error): never {
  throw problem;
}
