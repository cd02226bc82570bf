import pb from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import type { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { nameOf, packageOf, typeOf } from "../resource/urn";
import type { Method } from "../rpc/client";
import { isUnimplemented, rpcMessage } from "../rpc/status";
import { containsUnknowns, type PropertyMap, withoutSecrets } from "../values/value";
import { fromStruct, toStruct, type WireOptions } from "../values/wire";
import { decodeCall, decodeConstruct, decodeDiff, failuresOf } from "./answers";
import { callRequest, constructRequest } from "./component-requests";
import type { Abilities, Connection } from "./connection";
import { partialFailure } from "./partial-failure";
import {
  type CallRequest,
  type CallResult,
  type CheckRequest,
  type CheckResult,
  type ConstructRequest,
  type ConstructResult,
  type CreateRequest,
  type DeleteRequest,
  type Diff,
  type DiffRequest,
  DiffUnavailable,
  type InvokeResult,
  noDiff,
  type OperationResult,
  type ProviderPlugin,
  type ReadRequest,
  type UpdateRequest,
} from "./provider";
import { remarkSecrets } from "./secret-marks";

/** Which resource a request is about. */
function identify(
  request: { setUrn(urn: string): unknown; setName(name: string): unknown; setType(type: string): unknown },
  urn: string,
): void {
  request.setUrn(urn);
  request.setName(nameOf(urn));
  request.setType(typeOf(urn));
}

const NOTHING: Abilities = {
  acceptSecrets: false,
  acceptResources: false,
  acceptOutputs: false,
  supportsPreview: false,
  supportsAutonaming: false,
};

/** One configured provider in a process that speaks the published protocol. */
export class GrpcProvider implements ProviderPlugin {
  private abilities: Abilities | undefined;
  /** False after Configure with unknown settings: the provider cannot be asked about anything. */
  private known = true;

  constructor(
    readonly _pkg: string,
    private readonly connection: Connection,
  ) {
    this.abilities = connection.handshake;
  }

  private send(properties: PropertyMap, keepUnknowns: boolean): Struct {
    return toStruct(properties, { ...this.wire, keepUnknowns });
  }
  private get wire(): WireOptions {
    return {
      keepSecrets: this.abilities?.acceptSecrets ?? false,
      keepResources: this.abilities?.acceptResources ?? false,
    };
  }
  /** A provider that cannot keep secrets gives them back in the open: what went in as a secret is one again. */
  private receive(struct: Struct | undefined, sent: PropertyMap): PropertyMap {
    const received = fromStruct(struct);
    return this.abilities?.acceptSecrets ? received : remarkSecrets(received, sent);
  }
  private get methods(): Connection["rpc"]["methods"] {
    return this.connection.rpc.methods;
  }
  private rpc<Request, Response>(method: Method<Request, Response>, request: Request): Promise<Response> {
    return this.connection.rpc.call(method, request);
  }

  async checkConfig(urn: string, olds: PropertyMap, news: PropertyMap): Promise<CheckResult> {
    const request = new pb.CheckRequest();
    identify(request, urn);
    request.setOlds(toStruct(olds, { keepUnknowns: true }));
    request.setNews(toStruct(news, { keepUnknowns: true }));
    try {
      const answer = await this.rpc(this.methods.checkConfig, request);
      return { inputs: remarkSecrets(fromStruct(answer.getInputs()), news), failures: failuresOf(answer) };
    } catch (error) {
      if (isUnimplemented(error)) return { inputs: news, failures: [] };
      throw new Error(rpcMessage(error));
    }
  }

  async diffConfig(request: Omit<DiffRequest, "id">): Promise<Diff> {
    const message = new pb.DiffRequest();
    identify(message, request.urn);
    message.setOldInputs(toStruct(request.oldInputs, { keepUnknowns: true }));
    message.setOlds(toStruct(request.oldOutputs, { keepUnknowns: true }));
    message.setNews(toStruct(request.newInputs, { keepUnknowns: true }));
    message.setIgnorechangesList(request.ignoreChanges);
    try {
      return decodeDiff(await this.rpc(this.methods.diffConfig, message));
    } catch (error) {
      if (isUnimplemented(error)) return noDiff("unknown");
      throw new Error(rpcMessage(error));
    }
  }

  async configure(urn: string, id: string, inputs: PropertyMap): Promise<void> {
    const request = new pb.ConfigureRequest();
    const variables = request.getVariablesMap();
    this.known = true;
    for (const [key, value] of Object.entries(inputs)) {
      if (key === "version") continue;
      if (containsUnknowns(value)) {
        this.known = false;
        this.abilities ??= NOTHING;
        return;
      }
      const plain = withoutSecrets(value);
      variables.set(
        `${packageOf(typeOf(urn))}:config:${key}`,
        typeof plain === "string" ? plain : JSON.stringify(plain),
      );
    }
    identify(request, urn);
    request.setId(id);
    request.setArgs(toStruct(inputs, { keepUnknowns: true, keepSecrets: true, keepResources: true }));
    request.setAcceptsecrets(true);
    request.setAcceptresources(true);
    request.setSendsOldInputs(true);
    request.setSendsOldInputsToDelete(true);
    try {
      const answer = await this.rpc(this.methods.configure, request);
      this.abilities ??= {
        acceptSecrets: answer.getAcceptsecrets(),
        acceptResources: answer.getAcceptresources(),
        acceptOutputs: answer.getAcceptoutputs(),
        supportsPreview: answer.getSupportspreview(),
        supportsAutonaming: answer.getSupportsAutonamingConfiguration(),
      };
    } catch (error) {
      throw new Error(`configure provider '${urn}': ${rpcMessage(error)}`);
    }
  }

  async check(request: CheckRequest): Promise<CheckResult> {
    if (!this.known) return { inputs: request.news, failures: [] };
    const message = new pb.CheckRequest();
    identify(message, request.urn);
    message.setOlds(this.send(request.olds, request.allowUnknowns));
    message.setNews(this.send(request.news, request.allowUnknowns));
    message.setRandomseed(request.randomSeed);
    if (request.autonaming && this.abilities?.supportsAutonaming) {
      const options = new pb.CheckRequest.AutonamingOptions();
      options.setProposedName(request.autonaming.proposedName);
      options.setMode({ propose: 0, enforce: 1, disable: 2 }[request.autonaming.mode] as never);
      message.setAutonaming(options);
    }
    const answer = await this.operation(this.methods.check, message);
    return { inputs: this.receive(answer.getInputs(), request.news), failures: failuresOf(answer) };
  }

  async diff(request: DiffRequest): Promise<Diff> {
    if (!this.known)
      throw new DiffUnavailable(
        "The provider for this resource has inputs that are not known during preview.\n" +
          "This preview may not correctly represent the changes that will be applied during an update.",
      );
    const message = new pb.DiffRequest();
    message.setId(request.id);
    identify(message, request.urn);
    message.setOldInputs(this.send(request.oldInputs, request.allowUnknowns));
    message.setOlds(this.send(request.oldOutputs, request.allowUnknowns));
    message.setNews(this.send(request.newInputs, request.allowUnknowns));
    message.setIgnorechangesList(request.ignoreChanges);
    return decodeDiff(await this.operation(this.methods.diff, message));
  }

  async create(request: CreateRequest): Promise<OperationResult> {
    if (request.preview) {
      if (!this.known) return { id: "", outputs: {} };
      if (!this.abilities?.supportsPreview) return { id: "", outputs: request.inputs };
    }
    const message = new pb.CreateRequest();
    identify(message, request.urn);
    message.setProperties(this.send(request.inputs, request.preview));
    message.setTimeout(request.timeout);
    message.setPreview(request.preview);
    try {
      const answer = await this.rpc(this.methods.create, message);
      if (!answer.getId() && !request.preview)
        throw new Error(`plugin returned empty resource.ID from create '${request.urn}'`);
      return {
        id: answer.getId(),
        outputs: this.receive(answer.getProperties(), request.inputs),
        refreshBeforeUpdate: answer.getRefreshBeforeUpdate(),
      };
    } catch (error) {
      return this.partial(error, request.inputs);
    }
  }

  async update(request: UpdateRequest): Promise<OperationResult> {
    if (request.preview) {
      if (!this.known) return { id: request.id, outputs: {} };
      if (!this.abilities?.supportsPreview) return { id: request.id, outputs: request.newInputs };
    }
    const message = new pb.UpdateRequest();
    message.setId(request.id);
    identify(message, request.urn);
    message.setOldInputs(this.send(request.oldInputs, false));
    message.setOlds(this.send(request.oldOutputs, false));
    message.setNews(this.send(request.newInputs, request.preview));
    message.setTimeout(request.timeout);
    message.setIgnorechangesList(request.ignoreChanges);
    message.setPreview(request.preview);
    try {
      const answer = await this.rpc(this.methods.update, message);
      return {
        id: request.id,
        outputs: this.receive(answer.getProperties(), request.newInputs),
        refreshBeforeUpdate: answer.getRefreshBeforeUpdate(),
      };
    } catch (error) {
      return { ...this.partial(error, request.newInputs), id: request.id };
    }
  }

  async delete(request: DeleteRequest): Promise<void> {
    const message = new pb.DeleteRequest();
    message.setId(request.id);
    identify(message, request.urn);
    message.setOldInputs(this.send(request.inputs, false));
    message.setProperties(this.send(request.outputs, false));
    message.setTimeout(request.timeout);
    await this.operation(this.methods.delete, message);
  }

  async read(request: ReadRequest): Promise<OperationResult> {
    if (!this.known) return { id: request.id, outputs: {}, inputs: {} };
    const message = new pb.ReadRequest();
    message.setId(request.id);
    identify(message, request.urn);
    message.setInputs(this.send(request.inputs, false));
    message.setProperties(this.send(request.state, false));
    try {
      const answer = await this.rpc(this.methods.read, message);
      return {
        id: answer.getId(),
        outputs: this.receive(answer.getProperties(), request.state),
        inputs: answer.hasInputs() ? this.receive(answer.getInputs(), request.inputs) : undefined,
        refreshBeforeUpdate: answer.getRefreshBeforeUpdate(),
      };
    } catch (error) {
      return this.partial(error, request.state);
    }
  }

  async invoke(token: string, args: PropertyMap, preview: boolean): Promise<InvokeResult> {
    if (!this.known) return { returns: {}, failures: [] };
    const message = new pb.InvokeRequest();
    message.setTok(token);
    message.setArgs(this.send(args, true));
    message.setPreview(preview);
    const answer = await this.operation(this.methods.invoke, message);
    return { returns: fromStruct(answer.getReturn()), failures: failuresOf(answer) };
  }

  async call(request: CallRequest): Promise<CallResult> {
    if (!this.known) return { returns: {}, returnDependencies: {}, failures: [] };
    const message = callRequest(request, {
      keepSecrets: true,
      keepResources: true,
      keepUnknowns: true,
      keepOutputs: this.abilities?.acceptOutputs ?? false,
    });
    return decodeCall(await this.operation(this.methods.call, message));
  }

  async construct(request: ConstructRequest): Promise<ConstructResult> {
    const message = constructRequest(request, {
      keepSecrets: true,
      keepResources: true,
      keepUnknowns: true,
      keepOutputs: this.abilities?.acceptOutputs ?? false,
    });
    return decodeConstruct(await this.operation(this.methods.construct, message));
  }

  async cancel(): Promise<void> {
    await this.rpc(this.methods.cancel, new Empty()).catch(() => undefined);
  }
  close(): void {
    // The connection belongs to the host, which closes it with the process.
  }

  private async operation<Request, Response>(
    method: Method<Request, Response>,
    request: Request,
  ): Promise<Response> {
    try {
      return await this.rpc(method, request);
    } catch (error) {
      throw new Error(rpcMessage(error));
    }
  }

  private partial(error: unknown, sent: PropertyMap): OperationResult {
    const found = partialFailure(error);
    if (!found) throw new Error(rpcMessage(error));
    return {
      id: found.id,
      outputs: this.receive(found.properties, sent),
      inputs: found.inputs && this.receive(found.inputs, sent),
      partial: { message: found.message, reasons: found.reasons },
    };
  }
}
