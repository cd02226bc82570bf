import { always, arnPattern, tagsAll } from "../identifiers";
import type { Kind } from "../kind";
import { type Resources, text } from "../resources";
import { matches, oneOf, size } from "../validation/rules";
import type { Databases } from "./databases";
import { INSTANCE, instanceKind, PARAMETER_GROUP } from "./instance";
import { applied } from "./parameters";

const NAME = matches(
  /^[a-z](?:-?[a-z0-9.]+){0,254}$/i,
  "letters, digits and single hyphens, beginning with a letter",
);

/** The kinds of RDS that run. */
export function databaseKinds(databases: Databases, resources: Resources): Kind[] {
  return [
    instanceKind(databases, resources),
    snapshotKind(databases, resources),
    parameterGroupKind(databases, resources),
    instanceStateKind(databases),
  ];
}

/** A snapshot: a physical copy of the running server. */
function snapshotKind(databases: Databases, resources: Resources): Kind {
  const instanceOf = (identifier: string) =>
    resources.find(INSTANCE, (one) => text(one.inputs, "identifier") === identifier);
  return {
    token: "aws:rds/snapshot:Snapshot",
    required: ["dbInstanceIdentifier", "dbSnapshotIdentifier"],
    replace: ["dbInstanceIdentifier", "dbSnapshotIdentifier", "region"],
    rules: { dbSnapshotIdentifier: NAME },
    unique: (inputs) => text(inputs, "dbSnapshotIdentifier"),
    id: ({ inputs }) => text(inputs, "dbSnapshotIdentifier"),
    computed: {
      dbSnapshotArn: arnPattern("rds", "snapshot:{dbSnapshotIdentifier}"),
      status: always("available"),
      snapshotType: always("manual"),
      engine: always("postgres"),
      allocatedStorage: always(0),
      availabilityZone: ({ account }) => `${account.region}a`,
      encrypted: always(false),
      engineVersion: always(""),
      kmsKeyId: always(""),
      licenseModel: always("postgresql-license"),
      port: always(0),
      storageType: always("gp3"),
      vpcId: always("vpc-0drill"),
      iops: always(0),
      optionGroupName: always("default:postgres-17"),
      sourceDbSnapshotIdentifier: always(""),
      sourceRegion: always(""),
      tagsAll,
    },
    actions: {
      async create({ inputs }) {
        const source = text(inputs, "dbInstanceIdentifier");
        await databases.takeSnapshot(text(inputs, "dbSnapshotIdentifier"), source);
        const instance = instanceOf(source);
        const kept = ["allocatedStorage", "engineVersion", "kmsKeyId", "port", "storageType", "iops"];
        return Object.fromEntries([
          ...kept.flatMap((name) => {
            const value = instance?.outputs[name];
            return value === undefined ? [] : [[name, value]];
          }),
          ["encrypted", instance?.inputs.storageEncrypted === true],
        ]);
      },
      async delete({ id }) {
        databases.removeSnapshot(id);
      },
      read: async ({ id }) => (databases.snapshot(id) === undefined ? undefined : {}),
    },
  };
}

function parameterGroupKind(databases: Databases, resources: Resources): Kind {
  return {
    token: PARAMETER_GROUP,
    required: ["family"],
    naming: { property: "name", prefixProperty: "namePrefix", maximum: 255, lowerCase: true },
    replace: ["name", "namePrefix", "family", "description", "region"],
    defaults: { description: "Managed by Pulumi" },
    rules: {
      family: matches(/^(aurora-)?postgres(ql)?\d+$/, "a family such as postgres17"),
      name: [NAME, size(1, 255)],
      "parameters[*].applyMethod": oneOf("immediate", "pending-reboot"),
      "parameters[*].name": matches(/^[\w.]+$/, "the name of a parameter"),
    },
    unique: (inputs) => text(inputs, "name"),
    id: ({ inputs }) => text(inputs, "name"),
    computed: { arn: arnPattern("rds", "pg:{name}"), tagsAll },
    actions: {
      create: async () => ({}),
      async update({ inputs }) {
        const users = resources
          .all(INSTANCE)
          .filter((one) => text(one.inputs, "parameterGroupName") === text(inputs, "name"));
        for (const user of users)
          await databases.setParameters(text(user.inputs, "identifier"), applied(inputs.parameters));
        return {};
      },
      async delete({ inputs }) {
        const user = resources.find(
          INSTANCE,
          (one) => text(one.inputs, "parameterGroupName") === text(inputs, "name"),
        );
        if (user !== undefined)
          throw new Error(
            `InvalidDBParameterGroupState: ${text(inputs, "name")} is used by ${text(user.inputs, "identifier")}`,
          );
      },
    },
  };
}

/** Starts and stops an instance. */
function instanceStateKind(databases: Databases): Kind {
  const put = async (identifier: string, state: string): Promise<Record<string, never>> => {
    await databases.setStopped(identifier, state === "stopped");
    return {};
  };
  return {
    token: "aws:rds/instanceDesiredState:InstanceDesiredState",
    required: ["identifier", "state"],
    replace: ["identifier", "region"],
    rules: { state: oneOf("available", "stopped") },
    id: ({ inputs }) => text(inputs, "identifier"),
    computed: {},
    actions: {
      create: ({ inputs }) => put(text(inputs, "identifier"), text(inputs, "state")),
      update: ({ inputs }) => put(text(inputs, "identifier"), text(inputs, "state")),
    },
  };
}
