import type { Values } from "../../provider/values";
import { Secret } from "../../provider/values";
import type { Account } from "../account";
import { arnOf } from "../identifiers";
import { INSTANCE } from "../rds/instance";
import { type Resources, text } from "../resources";
import { currentVersion, secretOf, secretValue } from "../secrets/kinds";

/** Functions that look up what the account holds. */
export function getSecretVersion(resources: Resources, inputs: Values): Values {
  const wanted = text(inputs, "secretId");
  const secret = secretOf(resources, wanted);
  const stage = text(inputs, "versionStage") || "AWSCURRENT";
  const version = secret === undefined ? undefined : currentVersion(resources, secret.id, stage);
  if (secret === undefined || version === undefined)
    throw new Error(`ResourceNotFoundException: couldn't find secret ${wanted} with stage ${stage}`);
  return {
    ...inputs,
    id: `${secret.id}|${stage}`,
    arn: secret.id,
    secretArn: secret.id,
    createdDate: version.createdAt,
    secretString: new Secret(secretValue(version.inputs)),
    secretBinary: new Secret(text(version.inputs, "secretBinary")),
    versionId: text(version.outputs, "versionId"),
    versionStage: stage,
    versionStages: version.outputs.versionStages ?? [],
  };
}

export function getSecret(resources: Resources, inputs: Values): Values {
  const wanted = text(inputs, "arn") || text(inputs, "name");
  const secret = secretOf(resources, wanted);
  if (secret === undefined) throw new Error(`ResourceNotFoundException: couldn't find secret ${wanted}`);
  return { ...inputs, ...secret.outputs, id: secret.id, arn: secret.id, name: text(secret.inputs, "name") };
}

export function getInstance(resources: Resources, inputs: Values): Values {
  const identifier = text(inputs, "dbInstanceIdentifier");
  const found = resources.find(INSTANCE, (one) => text(one.inputs, "identifier") === identifier);
  if (found === undefined) throw new Error(`DBInstanceNotFound: ${identifier}`);
  const { outputs } = found;
  return {
    ...outputs,
    id: identifier,
    dbInstanceIdentifier: identifier,
    dbInstanceArn: outputs.arn ?? "",
    dbInstanceClass: outputs.instanceClass ?? "",
    dbInstancePort: outputs.port ?? 0,
    masterUsername: outputs.username ?? "",
    password: "",
    tags: inputs.tags ?? {},
  };
}

export function getSnapshot(resources: Resources, inputs: Values): Values {
  const [identifier, instance] = [text(inputs, "dbSnapshotIdentifier"), text(inputs, "dbInstanceIdentifier")];
  const found = resources
    .all("aws:rds/snapshot:Snapshot")
    .filter((one) => identifier === "" || one.id === identifier)
    .filter((one) => instance === "" || text(one.inputs, "dbInstanceIdentifier") === instance)
    .sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1));
  const [newest] = found;
  if (newest === undefined)
    throw new Error("Your query returned no results. Please change your search criteria and try again.");
  if (found.length > 1 && inputs.mostRecent !== true)
    throw new Error(
      "Your query returned more than one result. Please try a more specific search criteria, or set mostRecent.",
    );
  return {
    ...inputs,
    ...newest.outputs,
    id: newest.id,
    snapshotCreateTime: newest.createdAt,
    originalSnapshotCreateTime: newest.createdAt,
  };
}

export function getKey(resources: Resources, inputs: Values, account: Account): Values {
  const wanted = text(inputs, "keyId");
  const alias = resources.find(
    "aws:kms/alias:Alias",
    (one) => text(one.inputs, "name") === wanted || text(one.outputs, "arn") === wanted,
  );
  const id = (alias === undefined ? wanted : text(alias.inputs, "targetKeyId")).split("/").at(-1) ?? wanted;
  const key = resources.get("aws:kms/key:Key", id);
  return {
    ...inputs,
    id,
    keyId: wanted,
    arn: wanted.startsWith("arn:") ? wanted : arnOf(account, "kms", `key/${id}`),
    awsAccountId: account.id,
    creationDate: key?.createdAt ?? "2026-01-01T00:00:00Z",
    customerMasterKeySpec: "SYMMETRIC_DEFAULT",
    description: key === undefined ? "" : text(key.inputs, "description"),
    enabled: key?.inputs.isEnabled !== false,
    keyManager: wanted.startsWith("alias/aws/") ? "AWS" : "CUSTOMER",
    keySpec: "SYMMETRIC_DEFAULT",
    keyState: key?.inputs.isEnabled === false ? "Disabled" : "Enabled",
    keyUsage: "ENCRYPT_DECRYPT",
    multiRegion: key?.inputs.multiRegion === true,
    multiRegionConfigurations: [],
    origin: "AWS_KMS",
  };
}

export function getAlias(resources: Resources, inputs: Values, account: Account): Values {
  const name = text(inputs, "name");
  const alias = resources.find("aws:kms/alias:Alias", (one) => text(one.inputs, "name") === name);
  if (alias === undefined && !name.startsWith("alias/aws/"))
    throw new Error(`NotFoundException: alias ${name} is not found`);
  const target =
    alias === undefined
      ? "0d111111-1111-4111-8111-111111111111"
      : text(alias.inputs, "targetKeyId").split("/").at(-1);
  const arn = arnOf(account, "kms", name);
  return {
    ...inputs,
    id: arn,
    arn,
    targetKeyId: target ?? "",
    targetKeyArn: arnOf(account, "kms", `key/${target}`),
  };
}

export function getCertificate(resources: Resources, inputs: Values, account: Account): Values {
  const domain = text(inputs, "domain");
  const made = resources.find(
    "aws:acm/certificate:Certificate",
    (one) => text(one.inputs, "domainName") === domain,
  );
  const arn =
    made?.id ??
    arnOf(
      account,
      "acm",
      `certificate/0d111111-1111-4111-8111-${Buffer.from(domain).toString("hex").padEnd(12, "0").slice(0, 12)}`,
    );
  return {
    ...inputs,
    id: arn,
    arn,
    domain,
    status: "ISSUED",
    certificate: "",
    certificateChain: "",
    tags: inputs.tags ?? {},
  };
}

export function getZone(resources: Resources, inputs: Values): Values {
  const name = text(inputs, "name").replace(/\.$/, "");
  const made = resources.find(
    "aws:route53/zone:Zone",
    (one) => one.id === text(inputs, "zoneId") || text(one.inputs, "name").replace(/\.$/, "") === name,
  );
  const zoneId =
    made?.id ??
    (text(inputs, "zoneId") || `Z0${Buffer.from(name).toString("hex").toUpperCase().slice(0, 18)}`);
  const servers = ["ns-1.awsdns-01.com", "ns-2.awsdns-02.net", "ns-3.awsdns-03.org", "ns-4.awsdns-04.co.uk"];
  return {
    ...inputs,
    id: zoneId,
    zoneId,
    arn: `arn:aws:route53:::hostedzone/${zoneId}`,
    name: made === undefined ? name : text(made.inputs, "name"),
    callerReference: "drill",
    comment: "",
    linkedServiceDescription: "",
    linkedServicePrincipal: "",
    nameServers: servers,
    primaryNameServer: servers[0] ?? "",
    resourceRecordSetCount: 2,
    tags: inputs.tags ?? {},
  };
}
