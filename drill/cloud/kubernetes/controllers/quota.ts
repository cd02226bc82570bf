import { shown, usageOf } from "../api/admission/quota";
import type { ApiServer } from "../api/server";
import type { StoreEvent } from "../api/store";
import type { ResourceQuota } from "../api/types/store";
import { canonicalQuantity } from "../api/values/quantity";
import { type Controller, fromKey, keyOf } from "./loop";

/** Says in each ResourceQuota how much of it is used. */
export class QuotaController implements Controller {
  readonly name = "resource-quota";
  readonly #server: ApiServer;

  constructor(server: ApiServer) {
    this.#server = server;
  }

  *concerns({ object }: StoreEvent): Iterable<string> {
    if (object.kind === "ResourceQuota") yield keyOf(object.metadata);
    else
      for (const quota of this.#server.list<ResourceQuota>(
        "v1",
        "ResourceQuota",
        object.metadata.namespace ?? "-",
      ))
        yield keyOf(quota.metadata);
  }

  reconcile(key: string): undefined {
    const quota = this.#server.find<ResourceQuota>({
      apiVersion: "v1",
      kind: "ResourceQuota",
      ...fromKey(key),
    });
    if (quota === undefined) return;
    const hard = Object.fromEntries(
      Object.entries(quota.spec.hard ?? {}).map(([name, value]) => [name, canonicalQuantity(value)]),
    );
    const used = Object.fromEntries(
      [...usageOf(quota, this.#server)].map(([name, nano]) => [name, shown(name, nano)]),
    );
    this.#server.updateStatus({ ...quota, status: { hard, used } });
  }
}
