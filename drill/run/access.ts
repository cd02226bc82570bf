import { writeFileSync } from "node:fs";
import type { Cloud } from "./cloud";
import type { Workspace } from "./workspace";

/**
 * What an operator has on the machine to look into the cloud: a kubeconfig and an AWS profile, named after the stack. Others
 * who may look into several accounts get their profiles from `profileOf`.
 */
export function access(workspace: Workspace, cloud: Cloud): NodeJS.ProcessEnv {
  const [kubeconfig, profiles] = [workspace.file("kubeconfig"), workspace.file("aws-profiles")];
  const name = workspace.stack;
  const content = {
    apiVersion: "v1",
    kind: "Config",
    "current-context": name,
    contexts: [{ name, context: { cluster: name, user: name } }],
    clusters: [{ name, cluster: { server: cloud.control } }],
    users: [{ name, user: {} }],
  };
  writeFileSync(kubeconfig, JSON.stringify(content), { mode: 0o600 });
  writeFileSync(profiles, profileOf(name, cloud), { mode: 0o600 });
  return {
    KUBECONFIG: kubeconfig,
    AWS_CONFIG_FILE: profiles,
    AWS_SHARED_CREDENTIALS_FILE: profiles,
    AWS_PROFILE: name,
    AWS_EC2_METADATA_DISABLED: "true",
    // Whatever keys the person at the keyboard has are for real accounts.
    AWS_ACCESS_KEY_ID: undefined,
    AWS_SECRET_ACCESS_KEY: undefined,
    AWS_SESSION_TOKEN: undefined,
  };
}

/** A profile of an AWS configuration file, with the keys and the endpoint of a cloud. */
export function profileOf(name: string, cloud: Cloud): string {
  const { endpoint, accessKeyId, secretAccessKey } = cloud.storage();
  return [
    `[profile ${name}]`,
    "region = eu-central-1",
    `aws_access_key_id = ${accessKeyId}`,
    `aws_secret_access_key = ${secretAccessKey}`,
    `endpoint_url = ${endpoint}`,
    "",
  ].join("\n");
}
