import type { Values } from "../../provider/values";
import { arnId, tagsAll, uuid } from "../identifiers";
import type { Kind } from "../kind";
import { type Resources, text } from "../resources";
import { policyDocument } from "../validation/policy-document";
import { arn, matches, range, size } from "../validation/rules";

export const SECRET = "aws:secretsmanager/secret:Secret";
export const SECRET_VERSION = "aws:secretsmanager/secretVersion:SecretVersion";

/** Secrets Manager. Values lie in the account's resources, which are sealed on disk. */
export function secretKinds(resources: Resources): Kind[] {
  return [
    {
      token: SECRET,
      naming: { property: "name", prefixProperty: "namePrefix", maximum: 512 },
      replace: ["name", "namePrefix", "region"],
      defaults: { recoveryWindowInDays: 30, forceOverwriteReplicaSecret: false },
      rules: {
        name: matches(/^[\w/+=.@-]{1,512}$/, "letters, digits and /_+=.@-"),
        recoveryWindowInDays: (value) => (value === 0 ? undefined : range(7, 30)(value)),
        policy: policyDocument("resource"),
        description: size(0, 2048),
      },
      unique: (inputs) => text(inputs, "name"),
      id: arnId("secretsmanager", "secret:{name}-{seed:6}"),
      computed: { arn: ({ id }) => id, policy: ({ inputs }) => inputs.policy ?? "", tagsAll },
    },
    {
      token: SECRET_VERSION,
      required: ["secretId"],
      replace: ["secretId", "secretString", "secretBinary", "region"],
      writeOnly: ["secretStringWo"],
      secret: ["secretString", "secretBinary"],
      rules: { secretString: size(1, 65_536) },
      together: (inputs) => {
        const given = ["secretString", "secretBinary", "secretStringWo"].filter(
          (name) => inputs[name] !== undefined,
        );
        if (given.length > 1) return [{ property: given[1] ?? "", reason: `conflicts with ${given[0]}` }];
        return given.includes("secretStringWo") && inputs.secretStringWoVersion === undefined
          ? [
              {
                property: "secretStringWoVersion",
                reason: "secretStringWo and secretStringWoVersion go together",
              },
            ]
          : [];
      },
      id: (draft) => `${text(draft.inputs, "secretId")}|${uuid(draft.seed)}`,
      computed: {
        arn: ({ inputs }) => secretOf(resources, text(inputs, "secretId"))?.id ?? text(inputs, "secretId"),
        secretArn: ({ inputs }) =>
          secretOf(resources, text(inputs, "secretId"))?.id ?? text(inputs, "secretId"),
        hasSecretStringWo: ({ inputs }) => inputs.secretStringWo !== undefined,
        versionId: ({ seed }) => uuid(seed),
        versionStages: ({ inputs }) => inputs.versionStages ?? ["AWSCURRENT"],
      },
      deleteFirst: false,
      actions: {
        async create({ inputs }) {
          const secretId = text(inputs, "secretId");
          if (secretOf(resources, secretId) === undefined)
            throw new Error(
              `ResourceNotFoundException: Secrets Manager can't find the specified secret: ${secretId}`,
            );
          return {};
        },
        update: async () => ({}),
      },
    },
    {
      token: "aws:secretsmanager/secretPolicy:SecretPolicy",
      required: ["policy", "secretArn"],
      replace: ["secretArn", "region"],
      rules: { policy: policyDocument("resource"), secretArn: arn("secretsmanager") },
      id: ({ inputs }) => text(inputs, "secretArn"),
      computed: {},
    },
    {
      token: "aws:secretsmanager/secretRotation:SecretRotation",
      required: ["secretId"],
      replace: ["secretId", "region"],
      rules: { rotationLambdaArn: arn("lambda"), "rotationRules.automaticallyAfterDays": range(1, 1000) },
      id: ({ inputs }) => text(inputs, "secretId"),
      computed: { rotationEnabled: () => true },
    },
  ];
}

export function secretOf(resources: Resources, nameOrArn: string) {
  return resources.find(SECRET, (one) => one.id === nameOrArn || text(one.inputs, "name") === nameOrArn);
}

/** The newest version of a secret that carries the stage. */
export function currentVersion(resources: Resources, secretArn: string, stage: string) {
  return resources
    .all(SECRET_VERSION)
    .filter((one) => secretOf(resources, text(one.inputs, "secretId"))?.id === secretArn)
    .filter((one) => (one.outputs.versionStages as readonly string[]).includes(stage))
    .sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1))[0];
}

/** The value of a version: given openly or by the write-only property. */
export function secretValue(inputs: Values): string {
  return text(inputs, "secretString") || text(inputs, "secretStringWo");
}
