import type { StackReference } from "../backend/backend";
import { UserError } from "../errors";
import { deserializeResource } from "../resource/deployment-format";
import { ROOT_STACK_TYPE } from "../resource/urn";
import type { Crypter } from "../secrets/passphrase";
import type { PropertyMap } from "../values/value";
import type { Workspace } from "./workspace";

/** Reads no secret: whoever masks them all needs no passphrase, nor the time its key takes to derive. */
const BLIND: Crypter = { encrypt: (text) => text, decrypt: () => JSON.stringify("[secret]") };

/**
 * The outputs of a stack; {} before its first update. Decrypted; with `blind`, each secret is the text `[secret]`, as the
 * CLI does it since 2026.
 */
export async function outputsOf(
  workspace: Workspace,
  stack: StackReference,
  blind = false,
): Promise<PropertyMap> {
  const deployment = workspace.backend().read(stack);
  const root = deployment?.resources?.find(
    (resource) => resource.type === ROOT_STACK_TYPE && !resource.delete,
  );
  if (!root) return {};
  const crypter = blind ? BLIND : await workspace.stateCrypter(deployment?.secrets_providers);
  return deserializeResource({ ...root, inputs: undefined }, () => {
    if (!crypter) throw new UserError("the state holds secrets but names no secrets provider");
    return crypter;
  }).outputs;
}

/** For StackReference. @throws Error when there is no such stack */
export async function stackOutputsOf(
  workspace: Workspace,
  name: string,
): Promise<{ name: string; outputs: PropertyMap }> {
  const stack = workspace.parseStack(name);
  if (!workspace.backend().exists(stack)) throw new Error(`unknown stack "${name}"`);
  return { name, outputs: await outputsOf(workspace, stack) };
}
