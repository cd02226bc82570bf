import type { CheckFailure } from "../../provider/provider";
import { Unknown, type Values } from "../../provider/values";
import { always, arnPattern, capitals, orElse, tagsAll } from "../identifiers";
import type { Draft, Kind, Resource } from "../kind";
import { type Resources, text } from "../resources";
import { arn, matches, oneOf, range, size } from "../validation/rules";
import type { Databases } from "./databases";
import { type Applied, applied } from "./parameters";
import type { DatabaseRecord } from "./records";

export const INSTANCE = "aws:rds/instance:Instance";
export const PARAMETER_GROUP = "aws:rds/parameterGroup:ParameterGroup";

const WINDOW =
  /^(mon|tue|wed|thu|fri|sat|sun):([01]\d|2[0-3]):[0-5]\d-(mon|tue|wed|thu|fri|sat|sun):([01]\d|2[0-3]):[0-5]\d$/i;

/** A database instance: a real PostgreSQL server on the loopback address. */
export function instanceKind(databases: Databases, resources: Resources): Kind {
  const parametersOf = (inputs: Values): Applied => {
    const name = text(inputs, "parameterGroupName");
    const group = resources.find(PARAMETER_GROUP, (one) => text(one.inputs, "name") === name);
    if (name !== "" && group === undefined && !name.startsWith("default."))
      throw new Error(`DBParameterGroupNotFound: ${name}`);
    return applied(group?.inputs.parameters);
  };
  const located = (identifier: string): Values => {
    const { port } = databases.server(identifier);
    return { address: "127.0.0.1", port, endpoint: `127.0.0.1:${port}` };
  };
  return {
    token: INSTANCE,
    required: ["instanceClass"],
    naming: { property: "identifier", prefixProperty: "identifierPrefix", maximum: 63, lowerCase: true },
    replace: [
      "engine",
      "username",
      "dbName",
      "storageEncrypted",
      "kmsKeyId",
      "availabilityZone",
      "snapshotIdentifier",
      "characterSetName",
      "timezone",
      "restoreToPointInTime",
      "region",
    ],
    writeOnly: ["passwordWo"],
    secret: ["password"],
    assigned: ["port"],
    rules: {
      engine: oneOf("postgres"),
      instanceClass: matches(/^db\.[a-z0-9]+\.\w+$/, "an instance class such as db.r6g.large"),
      identifier: matches(
        /^[a-z](?:-?[a-z0-9]+){0,62}$/,
        "1 to 63 lower-case letters, digits and single hyphens, beginning with a letter",
      ),
      username: [
        size(1, 63),
        matches(/^(?!rdsadmin$|admin$|postgres_admin$)[a-z_]\w*$/i, "a user name that is not reserved"),
      ],
      password: passwordRule,
      passwordWo: passwordRule,
      allocatedStorage: range(20, 65_536),
      maxAllocatedStorage: range(0, 65_536),
      backupRetentionPeriod: range(0, 35),
      storageType: oneOf("gp2", "gp3", "io1", "io2", "standard"),
      monitoringInterval: oneOf(0, 1, 5, 10, 15, 30, 60),
      monitoringRoleArn: arn("iam", /^role\//),
      kmsKeyId: arn("kms", /^key\//),
      performanceInsightsRetentionPeriod: (value) =>
        value === 7 || value === 731 || (Number(value) % 31 === 0 && Number(value) <= 713)
          ? undefined
          : "expected 7, 731 or a multiple of 31",
      backupWindow: matches(
        /^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$/,
        "a window such as 02:00-03:00",
      ),
      maintenanceWindow: matches(WINDOW, "a window such as sun:04:00-sun:05:00"),
      port: range(1150, 65_535),
      "enabledCloudwatchLogsExports[*]": oneOf("postgresql", "upgrade", "iam-db-auth-error"),
      networkType: oneOf("IPV4", "DUAL"),
      licenseModel: oneOf("postgresql-license"),
    },
    together,
    unique: (inputs) => text(inputs, "identifier"),
    // Since version 6 of the provider the id is the resource id, not the name.
    id: ({ seed }) => `db-${capitals(seed, 26)}`,
    computed: {
      arn: arnPattern("rds", "db:{identifier}"),
      address: always(""),
      endpoint: always(""),
      resourceId: ({ id }) => id,
      status: always("available"),
      listenerEndpoints: always([]),
      masterUserSecrets: always([]),
      replicas: always([]),
      upgradeRolloutOrder: always("second"),
      engineVersionActual: orElse("engineVersion", "17"),
      hostedZoneId: always("Z1RLNUO7B9Q6NB"),
      availabilityZone: ({ account }) => `${account.region}a`,
      caCertIdentifier: orElse("caCertIdentifier", "rds-ca-rsa2048-g1"),
      backupWindow: orElse("backupWindow", "03:07-03:37"),
      maintenanceWindow: orElse("maintenanceWindow", "sun:04:07-sun:04:37"),
      latestRestorableTime: ({ createdAt }) => createdAt,
      tagsAll,
    },
    actions: {
      async create(draft) {
        const { inputs } = draft;
        const identifier = text(inputs, "identifier");
        refuseUnsupported(inputs);
        // A server that no resource names was half made when the cloud was killed.
        if (databases.record(identifier) !== undefined) await databases.remove(identifier);
        const password = passwordOf(inputs);
        const snapshot = text(inputs, "snapshotIdentifier").split(":snapshot:").at(-1) ?? "";
        if (snapshot !== "") {
          await databases.restore(identifier, snapshot, password, parametersOf(inputs));
          return { ...located(identifier), ...restored(databases.record(identifier)) };
        }
        const missing = ["engine", "username", "allocatedStorage"].filter(
          (name) => inputs[name] === undefined,
        );
        if (password === undefined) missing.push("password or passwordWo");
        if (missing.length > 0)
          throw new Error(`InvalidParameterCombination: a new database needs ${missing.join(", ")}`);
        const administrator = { username: text(inputs, "username"), password: password ?? "" };
        await databases.create(
          identifier,
          administrator,
          text(inputs, "dbName") || undefined,
          parametersOf(inputs),
        );
        return located(identifier);
      },
      async update(draft, old) {
        const [identifier, before] = [text(draft.inputs, "identifier"), text(old.inputs, "identifier")];
        if (identifier !== before)
          throw new Error(`The drill cloud does not rename databases: ${before} to ${identifier}`);
        if (databases.record(identifier)?.stopped)
          throw new Error(`InvalidDBInstanceState: database ${identifier} is stopped; start it first`);
        await databases.setParameters(identifier, parametersOf(draft.inputs));
        if (passwordChanged(draft, old))
          await databases.setPassword(identifier, passwordOf(draft.inputs) ?? "");
        return located(identifier);
      },
      async delete({ inputs }) {
        const identifier = text(inputs, "identifier");
        if (inputs.deletionProtection === true)
          throw new Error(
            `InvalidParameterCombination: Cannot delete protected DB Instance ${identifier}, please disable deletion protection and try again.`,
          );
        if (databases.record(identifier) === undefined) return;
        if (inputs.skipFinalSnapshot !== true) {
          const final = text(inputs, "finalSnapshotIdentifier");
          if (final === "")
            throw new Error(
              `InvalidParameterCombination: ${identifier}: finalSnapshotIdentifier is required unless skipFinalSnapshot is true`,
            );
          await databases.takeSnapshot(final, identifier);
        }
        await databases.remove(identifier);
      },
      async read({ inputs }) {
        const record = databases.record(text(inputs, "identifier"));
        if (record === undefined) return undefined;
        return record.stopped
          ? { status: "stopped" }
          : { ...located(record.identifier), status: "available" };
      },
    },
  };
}

function passwordRule(value: unknown): string | undefined {
  // Never quotes the value.
  return typeof value === "string" && /^[!-~]{8,128}$/.test(value) && !/[/@"]/.test(value)
    ? undefined
    : 'expected 8 to 128 printable characters without spaces, "/", "@" and quotes';
}

function together(inputs: Values): CheckFailure[] {
  const failures: CheckFailure[] = [];
  const given = (name: string): boolean => inputs[name] !== undefined;
  if (given("password") && given("passwordWo"))
    failures.push({ property: "passwordWo", reason: "conflicts with password" });
  if (given("passwordWo") !== given("passwordWoVersion"))
    failures.push({ property: "passwordWoVersion", reason: "passwordWo and passwordWoVersion go together" });
  const interval = inputs.monitoringInterval;
  if (typeof interval === "number" && interval > 0 && !given("monitoringRoleArn"))
    failures.push({ property: "monitoringRoleArn", reason: "is required when monitoringInterval is not 0" });
  const [size, most] = [inputs.allocatedStorage, inputs.maxAllocatedStorage];
  if (typeof size === "number" && typeof most === "number" && most !== 0 && most < size)
    failures.push({
      property: "maxAllocatedStorage",
      reason: `must not be below allocatedStorage (${size})`,
    });
  if (given("kmsKeyId") && inputs.storageEncrypted === false)
    failures.push({ property: "kmsKeyId", reason: "needs storageEncrypted: true" });
  if (inputs.iops !== undefined && ["gp2", "standard"].includes(String(inputs.storageType)))
    failures.push({
      property: "iops",
      reason: `cannot be set with storage type ${String(inputs.storageType)}`,
    });
  if (!given("snapshotIdentifier") && !given("replicateSourceDb") && !given("engine"))
    failures.push({ property: "engine", reason: "is required without snapshotIdentifier" });
  return failures.filter(({ property }) => !(inputs[property] instanceof Unknown));
}

function refuseUnsupported(inputs: Values): void {
  const unsupported = [
    "replicateSourceDb",
    "restoreToPointInTime",
    "s3Import",
    "manageMasterUserPassword",
  ].filter((name) => inputs[name] !== undefined && inputs[name] !== false);
  if (unsupported.length > 0)
    throw new Error(`The drill cloud does not run databases with ${unsupported.join(", ")}.`);
}

function passwordOf(inputs: Values): string | undefined {
  return text(inputs, "passwordWo") || text(inputs, "password") || undefined;
}

function passwordChanged(draft: Draft, old: Resource): boolean {
  return (
    text(draft.inputs, "passwordWoVersion") !== text(old.inputs, "passwordWoVersion") ||
    text(draft.inputs, "password") !== text(old.inputs, "password")
  );
}

/** What a restored instance takes from its snapshot. */
function restored(record: DatabaseRecord | undefined): Values {
  if (record === undefined) return {};
  return {
    username: record.username,
    engine: "postgres",
    ...(record.database === undefined ? {} : { dbName: record.database }),
  };
}
