import type { Fault, FaultKind } from "../faults/fault";
import type { LoadBalancers } from "./edge/control/load-balancers";
import type { Databases } from "./rds/databases";
import { S3Failure } from "./s3/failure";

export interface AwsFaultTargets {
  readonly databases: Databases;
  readonly balancers: LoadBalancers;
  /** Makes S3 answer with this until the answer is called. */
  readonly storageTrouble: (trouble: S3Failure) => () => void;
}

/** The troubles of managed services. */
export function awsFaults({
  databases,
  balancers,
  storageTrouble,
}: AwsFaultTargets): Readonly<Record<string, FaultKind<Fault>>> {
  const knownDatabase = (fault: Fault, parameter: string): string[] => {
    const known = databases.list().map(({ record }) => record.identifier);
    return known.includes(String(fault[parameter]))
      ? []
      : [
          `${parameter}: expected the identifier of a database (${known.join(", ") || "there is none"}), got ${JSON.stringify(fault[parameter])}`,
        ];
  };
  return {
    /** `{kind: "cut", to: "database:ID" | "s3" | "target-group:NAME"}`: nobody reaches it. */
    cut: {
      check(fault) {
        const [what, name = ""] = String(fault.to).split(":");
        if (what === "s3") return [];
        if (what === "database") return knownDatabase({ kind: "cut", to: name }, "to");
        if (what === "target-group")
          return balancers.groupArns(name).length > 0 ? [] : [`to: there is no target group ${name}`];
        return [`to: expected s3, database:IDENTIFIER or target-group:NAME, got ${JSON.stringify(fault.to)}`];
      },
      async start(fault) {
        const [what, name = ""] = String(fault.to).split(":");
        if (what === "s3")
          return {
            end: storageTrouble(new S3Failure(503, "ServiceUnavailable", "Please reduce your request rate.")),
          };
        if (what === "target-group") {
          const ends = await Promise.all(balancers.groupArns(name).map((arn) => balancers.cut(arn)));
          return {
            async end() {
              await Promise.all(ends.map((end) => end()));
            },
          };
        }
        await databases.setClosed(name, true);
        return { end: () => databases.setClosed(name, false) };
      },
    },
    /** `{kind: "disk-full", of: "s3" | "database:ID"}`: reading goes on, writing is refused. */
    "disk-full": {
      check(fault) {
        const [what, name = ""] = String(fault.of).split(":");
        if (what === "s3") return [];
        if (what === "database") return knownDatabase({ kind: "disk-full", of: name }, "of");
        return [`of: expected s3 or database:IDENTIFIER, got ${JSON.stringify(fault.of)}`];
      },
      async start(fault) {
        const [what, name = ""] = String(fault.of).split(":");
        if (what === "s3")
          return { end: storageTrouble(new S3Failure(507, "InsufficientStorage", "There is no space left")) };
        await databases.setReadOnly(name, true);
        return { end: () => databases.setReadOnly(name, false) };
      },
    },
    /** `{kind: "slow-database", database: ID, share?: 0.5}`: its processes stand still for that share of the time. */
    "slow-database": {
      check(fault) {
        const share = fault.share ?? 0.5;
        const fine = typeof share === "number" && share > 0 && share <= 0.95;
        return [
          ...knownDatabase(fault, "database"),
          ...(fine ? [] : [`share: expected a number above 0 and up to 0.95, got ${JSON.stringify(share)}`]),
        ];
      },
      start: (fault) => ({ end: databases.slowDown(String(fault.database), Number(fault.share ?? 0.5)) }),
    },
    /** `{kind: "kill-database", database: ID}`: its server crashes once and is started again. */
    "kill-database": {
      check: (fault) => knownDatabase(fault, "database"),
      async start(fault) {
        await databases.crash(String(fault.database));
        return { end: () => {}, strikes: () => 1 };
      },
    },
  };
}
