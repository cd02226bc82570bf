import type { Resources } from "../../../../../drill/cloud/aws/resources";
import type { Values } from "../../../../../drill/cloud/provider/values";

const ACCOUNT = { id: "111122223333", region: "eu-central-1", partition: "aws", defaultTags: {} } as const;

/** Keeps a resource as the provider does that was asked to create it. */
export function putResource(
  resources: Resources,
  token: string,
  id: string,
  inputs: Values,
  outputs: Values = {},
): void {
  resources.put({
    token,
    id,
    urn: `urn:pulumi:test::shop::${token}::${id}`,
    name: id,
    account: ACCOUNT,
    seed: "0123456789abcdef0123456789abcdef",
    createdAt: "2026-01-01T00:00:00.000Z",
    inputs,
    outputs,
  });
}
