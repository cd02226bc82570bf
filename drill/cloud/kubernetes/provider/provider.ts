import { differences } from "../../provider/differences";
import {
  type CheckAnswer,
  type CheckRequest,
  type CreateAnswer,
  type CreateRequest,
  type DeleteRequest,
  type DiffAnswer,
  type DiffRequest,
  InitialisationFailed,
  type InvokeAnswer,
  type InvokeRequest,
  type Provider,
  type ReadAnswer,
  type ReadRequest,
  type ResourceCall,
  type UpdateRequest,
} from "../../provider/provider";
import { hasUnknown, type Value, type Values } from "../../provider/values";
import type { ApiServer, Reference } from "../api/server";
import { ApiError } from "../api/status";
import type { KubernetesObject } from "../api/types/meta";
import { same } from "../api/values/json";
import type { LogFolder } from "../kubelet/log-file";
import { annotation, fields, generatedName, idOf, isPatch, metadataOf, nameOf, text } from "./identity";
import { keepIgnored } from "./ignored";
import { objectOf, outputsOf, previewOutputs, refreshedInputs } from "./outputs";
import { mustDeleteFirst, replacesUnready, replacingPaths } from "./replacement";
import {
  bare,
  CREATING_MANAGER,
  explained,
  forced,
  importedInputs,
  kindOf,
  managerOf,
  named,
  propagationOf,
  referenceOf,
  timeoutOf,
  upserts,
  versionOf,
} from "./settings";
import { judgeOf } from "./wait/judges";
import { NotReady, waitUntil, waitUntilGone } from "./wait/wait";
import { judgeOfAnnotation } from "./wait/wait-for";

const NAMESPACE_RETRY = 3_000;

/** The Kubernetes provider of Pulumi, over the cluster's own API: the same rules of naming, replacing and waiting. */
export class KubernetesProvider implements Provider {
  readonly name = "kubernetes";
  readonly version = "4.34.2";
  readonly #server: ApiServer;
  readonly #logs: LogFolder;

  constructor(server: ApiServer, logs: LogFolder) {
    this.#server = server;
    this.#logs = logs;
  }

  async check(request: CheckRequest): Promise<CheckAnswer> {
    const { inputs, oldInputs, configuration } = request;
    const metadata: Record<string, Value> = { ...metadataOf(inputs) };
    if (metadata.name === undefined && metadata.generateName === undefined) {
      if (isPatch(request.type)) {
        return {
          inputs,
          failures: [
            { property: "metadata.name", reason: "a Patch resource needs the name of the object it patches" },
          ],
        };
      }
      const kept = oldInputs !== undefined && annotation(oldInputs, "pulumi.com/autonamed") === "true";
      metadata.name = kept
        ? (metadataOf(oldInputs).name ?? "")
        : generatedName(request.name, request.randomSeed);
      metadata.annotations = { ...fields(metadata.annotations), "pulumi.com/autonamed": "true" };
    }
    const kind = this.#server.kinds.find(text(inputs.apiVersion) ?? "v1", kindOf(request.type, inputs));
    if (metadata.namespace === undefined && kind?.namespaced !== false) {
      metadata.namespace = configuration.namespace ?? "default";
    }
    return { inputs: { ...inputs, metadata } };
  }

  async diff({ oldInputs, inputs, oldOutputs, configuration }: DiffRequest): Promise<DiffAnswer> {
    const replaces = replacingPaths(oldInputs, inputs, configuration);
    const changes = { ...differences(oldInputs, inputs, replaces) };
    if (replacesUnready(inputs, oldOutputs)) changes["metadata.name"] ??= { kind: "update", replace: true };
    const replaced = Object.values(changes).some(({ replace }) => replace);
    return { changes, deleteBeforeReplace: replaced && mustDeleteFirst(oldInputs, inputs), stable: [] };
  }

  async create(request: CreateRequest): Promise<CreateAnswer> {
    const inputs = named(request, request.inputs);
    const patch = isPatch(request.type);
    if (request.preview) {
      // Not as an apply, also where one will be made: what is there may be about to be replaced, and have what may not change.
      const judged = hasUnknown(inputs)
        ? undefined
        : this.#judge(request, inputs, patch ? "apply" : "create");
      return { id: "", outputs: previewOutputs(inputs, judged, undefined) };
    }
    const manager = managerOf(request, inputs, undefined);
    const object = objectOf(inputs);
    const made = await this.#retry(request, () =>
      patch || upserts(request)
        ? this.#server.apply(object, {
            fieldManager: manager,
            force: forced(inputs, request),
            fieldValidation: "Warn",
          })
        : this.#server.create(object, { fieldManager: CREATING_MANAGER, fieldValidation: "Warn" }),
    ).catch((problem: unknown) => {
      throw explained(
        problem,
        `resource ${JSON.stringify(idOf(nameOf(inputs)))} was not successfully created by the Kubernetes API server`,
      );
    });
    const id = idOf(made.object.metadata);
    const live = patch
      ? made.object
      : await this.#settled(request, inputs, made.object, id, manager, "created");
    return { id, outputs: outputsOf(live, inputs, manager) };
  }

  async read(request: ReadRequest): Promise<ReadAnswer | undefined> {
    const { id, inputs, outputs } = request;
    const [name = "", namespace] = id.split("/").reverse();
    const source = { ...outputs, ...inputs };
    const apiVersion = text(source.apiVersion) ?? versionOf(request.type);
    const reference = { apiVersion, kind: kindOf(request.type, source), name, namespace };
    const live = this.#server.find(reference);
    if (live === undefined) return undefined;
    const manager = text(outputs?.__fieldManager) ?? CREATING_MANAGER;
    const known = inputs !== undefined && Object.keys(inputs).length > 0 ? inputs : importedInputs(live);
    const now = this.#agrees(live, known, manager) ? known : refreshedInputs(known, live);
    return { id: idOf(live.metadata), inputs: now, outputs: outputsOf(live, now, manager) };
  }

  async update(request: UpdateRequest): Promise<Values> {
    const inputs = named(request, request.inputs);
    const manager = managerOf(request, inputs, request.oldOutputs);
    if (request.preview) {
      const judged = hasUnknown(inputs)
        ? undefined
        : this.#judge(request, inputs, "apply", manager, request.ignoreChanges);
      return { ...previewOutputs(inputs, judged, request.oldOutputs), __fieldManager: manager };
    }
    const reference = referenceOf(inputs);
    try {
      this.#server.transferOwnership(reference, CREATING_MANAGER, manager);
      const object = keepIgnored(objectOf(inputs), this.#server.find(reference), request.ignoreChanges);
      const { object: made } = this.#server.apply(object, {
        fieldManager: manager,
        force: forced(inputs, request),
        fieldValidation: "Warn",
      });
      const live = isPatch(request.type)
        ? made
        : await this.#settled(request, inputs, made, request.id, manager, "updated");
      return outputsOf(live, inputs, manager);
    } catch (problem) {
      if (problem instanceof InitialisationFailed) throw problem;
      throw explained(problem, `update of resource ${JSON.stringify(request.id)} failed`);
    }
  }

  async delete(request: DeleteRequest): Promise<void> {
    const inputs = named(request, request.outputs);
    const reference = referenceOf(inputs);
    const live = this.#server.find(reference);
    if (live === undefined) return;
    if (isPatch(request.type)) {
      const { apiVersion, kind, metadata } = live;
      const empty = {
        apiVersion,
        kind,
        metadata: {
          name: metadata.name,
          ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
        },
      };
      this.#server.apply(empty, { fieldManager: managerOf(request, inputs, request.outputs), force: true });
      return;
    }
    const source = { ...request.outputs, ...request.inputs };
    this.#server.delete(reference, { propagation: propagationOf(source) });
    if (annotation(source, "pulumi.com/skipAwait") === "true") return;
    const waiting = {
      server: this.#server,
      reference,
      milliseconds: timeoutOf(request, source) * 1000,
      signal: request.signal,
    };
    await waitUntilGone(waiting, live.metadata.uid ?? "");
  }

  async invoke({ token }: InvokeRequest): Promise<InvokeAnswer> {
    throw new Error(
      `${token}: the drill's cluster knows no functions; declare the objects themselves instead.`,
    );
  }

  /** What the server would answer, with nothing kept; undefined where it cannot know yet. */
  #judge(
    request: ResourceCall,
    inputs: Values,
    verb: "create" | "apply",
    manager = CREATING_MANAGER,
    ignored: readonly string[] = [],
  ): KubernetesObject | undefined {
    const object = objectOf(inputs);
    try {
      if (verb === "create")
        return this.#server.create(object, { fieldManager: manager, dryRun: true, fieldValidation: "Warn" })
          .object;
      const kept = keepIgnored(object, this.#server.find(referenceOf(inputs)), ignored);
      // Ownership moves with the update itself; a preview may take it as done.
      return this.#server.apply(kept, {
        fieldManager: manager,
        dryRun: true,
        force: true,
        fieldValidation: "Warn",
      }).object;
    } catch (problem) {
      // The namespace, the definition, or the object that is to be replaced first, are matters of the update to come.
      if (problem instanceof ApiError && (problem.code === 404 || problem.reason === "AlreadyExists"))
        return undefined;
      throw explained(
        problem,
        `resource ${JSON.stringify(idOf(nameOf(inputs)))} would be refused by the Kubernetes API server`,
        request.urn,
      );
    }
  }

  /** A namespace or a definition may come a moment later than what needs it. */
  async #retry<T>(request: ResourceCall, work: () => T): Promise<T> {
    const until = Date.now() + NAMESPACE_RETRY;
    for (;;) {
      try {
        return work();
      } catch (problem) {
        const early = problem instanceof ApiError && problem.code === 404;
        if (!early || Date.now() > until || request.signal.aborted) throw problem;
        await new Promise((done) => setTimeout(done, 200));
      }
    }
  }

  async #settled(
    request: ResourceCall & { readonly timeout: number | undefined },
    inputs: Values,
    object: KubernetesObject,
    id: string,
    manager: string,
    verb: string,
  ): Promise<KubernetesObject> {
    const reference: Reference = { ...object, ...object.metadata };
    const waitFor = annotation(inputs, "pulumi.com/waitFor");
    const judge =
      waitFor === undefined ? judgeOf(object.kind, this.#server, this.#logs) : judgeOfAnnotation(waitFor);
    if (judge === undefined || annotation(inputs, "pulumi.com/skipAwait") === "true") return object;
    try {
      await waitUntil(
        {
          server: this.#server,
          reference,
          milliseconds: timeoutOf(request, inputs) * 1000,
          signal: request.signal,
        },
        judge,
      );
      return this.#server.find(reference) ?? object;
    } catch (problem) {
      if (!(problem instanceof NotReady)) throw problem;
      const outputs = outputsOf(this.#server.find(reference) ?? object, inputs, manager);
      const message = `resource ${JSON.stringify(id)} was successfully ${verb}, but the Kubernetes API server reported that it failed to fully initialize or become live:\n${problem.reasons.map((reason) => `- ${reason}`).join("\n")}`;
      throw new InitialisationFailed(message, { id, inputs, outputs, reasons: problem.reasons });
    }
  }

  /** Whether the object still is what the inputs ask for. */
  #agrees(live: KubernetesObject, inputs: Values, manager: string): boolean {
    if (hasUnknown(inputs)) return true;
    try {
      const { object } = this.#server.apply(objectOf(inputs), {
        fieldManager: manager,
        force: true,
        dryRun: true,
        fieldValidation: "Ignore",
      });
      return same({ ...object, metadata: bare(object) }, { ...live, metadata: bare(live) });
    } catch {
      return false;
    }
  }
}
