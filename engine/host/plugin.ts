import pb from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import type { Struct } from "google-protobuf/google/protobuf/struct_pb";
import type { Method } from "../rpc/client";
import { isUnimplemented, rpcMessage } from "../rpc/status";
import { containsUnknowns, type PropertyMap } from "../values/value";
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
import {
  checkConfigMessage,
  checkMessage,
  configureMessage,
  createMessage,
  deleteMessage,
  diffConfigMessage,
  diffMessage,
  readMessage,
  type Send,
  updateMessage,
} from "./requests";
import { remarkSecrets } from "./secret-marks";

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

  private readonly send: Send = (properties, keepUnknowns) =>
    toStruct(properties, { ...this.wire, keepUnknowns });
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
    try {
      const answer = await this.rpc(this.methods.checkConfig, checkConfigMessage(urn, olds, news));
      return { inputs: remarkSecrets(fromStruct(answer.getInputs()), news), failures: failuresOf(answer) };
    } catch (error) {
      if (isUnimplemented(error)) return { inputs: news, failures: [] };
      throw new Error(rpcMessage(error));
    }
  }

  async diffConfig(request: Omit<DiffRequest, "id">): Promise<Diff> {
    try {
      return decodeDiff(await this.rpc(this.methods.diffConfig, diffConfigMessage(request)));
    } catch (error) {
      if (isUnimplemented(error)) return noDiff("unknown");
      throw new Error(rpcMessage(error));
    }
  }

  async configure(urn: string, id: string, inputs: PropertyMap): Promise<void> {
    this.known = !Object.values(inputs).some(containsUnknowns);
    if (!this.known) {
      this.abilities ??= NOTHING;
      return;
    }
    try {
      const answer = await this.rpc(this.methods.configure, configureMessage(urn, id, inputs));
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
    const supported = this.abilities?.supportsAutonaming === true;
    const message = checkMessage(request, supported ? request.autonaming : undefined, this.send);
    const answer = await this.operation(this.methods.check, message);
    return {
      inputs: this.receive(answer.getInputs(), request.news),
      failures: failuresOf(answer),
      ...(!supported && request.autonaming?.warnIfNoSupport && { namingUnsupported: true }),
    };
  }

  async diff(request: DiffRequest): Promise<Diff> {
    if (!this.known)
      throw new DiffUnavailable(
        "The provider for this resource has inputs that are not known during preview.\n" +
          "This preview may not correctly represent the changes that will be applied during an update.",
      );
    return decodeDiff(await this.operation(this.methods.diff, diffMessage(request, this.send)));
  }

  async create(request: CreateRequest): Promise<OperationResult> {
    if (request.preview) {
      if (!this.known) return { id: "", outputs: {} };
      if (!this.abilities?.supportsPreview) return { id: "", outputs: request.inputs };
    }
    try {
      const answer = await this.rpc(this.methods.create, createMessage(request, this.send));
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
    try {
      const answer = await this.rpc(this.methods.update, updateMessage(request, this.send));
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
    await this.operation(this.methods.delete, deleteMessage(request, this.send));
  }

  async read(request: ReadRequest): Promise<OperationResult> {
    if (!this.known) return { id: request.id, outputs: {}, inputs: {} };
    try {
      const answer = await this.rpc(this.methods.read, readMessage(request, this.send));
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
