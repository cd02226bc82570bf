import type { PendingOperation } from "../deploy/snapshot";
import { UserError } from "../errors";
import { type Deployment, deserializeResource } from "../resource/deployment-format";
import type { ResourceState } from "../resource/state";
import type { Crypter } from "../secrets/passphrase";
import type { Workspace } from "./workspace";

/** The state of a stack as an operation works on it. @throws UserError when its secrets cannot be read */
export async function readState(
  workspace: Workspace,
  json: Deployment | undefined,
): Promise<{ resources: ResourceState[]; pending: PendingOperation[] }> {
  const crypter = await workspace.stateCrypter(json?.secrets_providers);
  const open = (): Crypter => {
    if (!crypter) throw new UserError("the state holds secrets but names no secrets provider");
    return crypter;
  };
  return {
    resources: (json?.resources ?? []).map((resource) => deserializeResource(resource, open)),
    pending: (json?.pending_operations ?? []).map(({ resource, type }) => ({
      resource: deserializeResource(resource, open),
      type,
    })),
  };
}
