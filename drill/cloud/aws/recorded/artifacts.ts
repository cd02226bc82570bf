import { always, arnPattern, pattern, tagsAll } from "../identifiers";
import type { Kind } from "../kind";
import { text } from "../resources";
import { json, matches, oneOf } from "../validation/rules";
import { name } from "./common";

/** What releases are made of and configured by: ECR, Systems Manager parameters, Signer. */
export const ARTIFACTS: readonly Kind[] = [
  {
    token: "aws:ecr/repository:Repository",
    naming: { ...name(256, undefined), lowerCase: true },
    replace: ["name", "encryptionConfigurations", "region"],
    defaults: { imageTagMutability: "MUTABLE" },
    rules: {
      imageTagMutability: oneOf("MUTABLE", "IMMUTABLE", "IMMUTABLE_WITH_EXCLUSION", "MUTABLE_WITH_EXCLUSION"),
      name: matches(/^[a-z0-9]+([._/-][a-z0-9]+)*$/, "lower-case letters, digits and ._-/"),
    },
    unique: (inputs) => text(inputs, "name"),
    id: pattern("{name}"),
    computed: {
      arn: arnPattern("ecr", "repository/{name}"),
      registryId: ({ account }) => account.id,
      repositoryUrl: ({ inputs, account }) =>
        `${account.id}.dkr.ecr.${account.region}.amazonaws.com/${text(inputs, "name")}`,
      tagsAll,
    },
  },
  {
    token: "aws:ecr/lifecyclePolicy:LifecyclePolicy",
    required: ["policy", "repository"],
    replace: ["repository", "region"],
    rules: { policy: json },
    id: pattern("{repository}"),
    computed: { registryId: ({ account }) => account.id },
  },
  {
    token: "aws:ecr/repositoryPolicy:RepositoryPolicy",
    required: ["policy", "repository"],
    replace: ["repository", "region"],
    rules: { policy: json },
    id: pattern("{repository}"),
    computed: { registryId: ({ account }) => account.id },
  },
  {
    token: "aws:ssm/parameter:Parameter",
    required: ["type"],
    naming: name(2048, undefined),
    replace: ["name", "dataType", "region"],
    writeOnly: ["valueWo"],
    secret: ["value"],
    rules: {
      type: oneOf("String", "StringList", "SecureString"),
      tier: oneOf("Standard", "Advanced", "Intelligent-Tiering"),
    },
    unique: (inputs) => text(inputs, "name"),
    id: pattern("{name}"),
    computed: {
      arn: arnPattern("ssm", "parameter/{name}"),
      hasValueWo: ({ inputs }) => inputs.valueWo !== undefined,
      version: always(1),
      tagsAll,
    },
  },
  {
    token: "aws:signer/signingProfile:SigningProfile",
    required: ["platformId"],
    naming: name(64),
    replace: ["name", "namePrefix", "platformId", "region"],
    id: pattern("{name}"),
    computed: {
      arn: arnPattern("signer", "/signing-profiles/{name}"),
      platformDisplayName: always("Notation for container registries"),
      revocationRecords: always([]),
      status: always("Active"),
      version: ({ seed }) => seed.slice(0, 10),
      versionArn: arnPattern("signer", "/signing-profiles/{name}/{seed:10}"),
      tagsAll,
    },
  },
];
