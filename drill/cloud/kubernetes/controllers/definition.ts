import type { Definition } from "../api/custom/definition";
import type { ApiServer } from "../api/server";
import type { StoreEvent } from "../api/store";
import type { Condition } from "../api/types/meta";
import { timestamp } from "../api/values/clock";
import { withCondition } from "./conditions";
import type { Controller } from "./loop";

/** Says that a CustomResourceDefinition is served; takes its objects away when it goes. */
export class DefinitionController implements Controller {
  readonly name = "custom-resource-definition";
  readonly #server: ApiServer;
  readonly #gone = new Map<string, Definition>();

  constructor(server: ApiServer) {
    this.#server = server;
  }

  *concerns({ type, object }: StoreEvent): Iterable<string> {
    if (object.kind !== "CustomResourceDefinition") return;
    if (type === "DELETED") this.#gone.set(object.metadata.name, object as Definition);
    yield object.metadata.name;
  }

  reconcile(name: string): undefined {
    const reference = { apiVersion: "apiextensions.k8s.io/v1", kind: "CustomResourceDefinition", name };
    const definition = this.#server.find<Definition>(reference);
    if (definition === undefined) {
      const gone = this.#gone.get(name);
      this.#gone.delete(name);
      if (gone !== undefined) this.#server.removeAll(gone.spec.group, gone.spec.names.plural);
      return;
    }
    const now = timestamp(this.#server.clock);
    const said: Condition[] = [
      { type: "NamesAccepted", status: "True", reason: "NoConflicts", message: "no conflicts found" },
      {
        type: "Established",
        status: "True",
        reason: "InitialNamesAccepted",
        message: "the initial names have been accepted",
      },
    ];
    const before = (definition as Definition & { status?: { conditions?: Condition[] } }).status?.conditions;
    const status = {
      conditions: said.reduce((list, each) => withCondition(list, each, now), before ?? []),
      acceptedNames: definition.spec.names,
      storedVersions: definition.spec.versions
        .filter(({ storage }) => storage)
        .map((version) => version.name),
    };
    this.#server.updateStatus({ ...definition, status } as Definition);
  }
}
