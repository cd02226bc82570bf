import { CallbacksService } from "@pulumi/pulumi/proto/callback_grpc_pb";
import { type Callback, CallbackInvokeRequest } from "@pulumi/pulumi/proto/callback_pb";
import pb from "@pulumi/pulumi/proto/resource_pb";
import type { ErrorHook, HookArguments, ResourceHook } from "../deploy/hooks";
import { nameOf } from "../resource/urn";
import { Rpc } from "../rpc/client";
import { rpcMessage } from "../rpc/status";
import type { PropertyMap } from "../values/value";
import { fromStruct, toStruct } from "../values/wire";

/** A transform of a resource before it is registered. */
export type Transform = (
  about: { name: string; type: string; custom: boolean; parent: string },
  properties: PropertyMap,
  options: pb.TransformResourceOptions,
) => Promise<{ properties: PropertyMap; options: pb.TransformResourceOptions }>;
export type InvokeTransform = (
  token: string,
  args: PropertyMap,
  options: pb.TransformInvokeOptions,
) => Promise<{ args: PropertyMap; options: pb.TransformInvokeOptions }>;

const WIRE = { keepUnknowns: true, keepSecrets: true, keepResources: true, keepOutputs: true };

/** Functions of the program that the engine calls back: transforms and hooks. */
export class Callbacks {
  private readonly clients = new Map<string, Rpc<typeof CallbacksService>>();

  private async invoke(callback: Callback, request: Uint8Array): Promise<Uint8Array> {
    const target = callback.getTarget();
    let rpc = this.clients.get(target);
    if (!rpc) {
      rpc = new Rpc(CallbacksService, target);
      this.clients.set(target, rpc);
    }
    const message = new CallbackInvokeRequest();
    message.setToken(callback.getToken());
    message.setRequest(request);
    try {
      const answer = await rpc.call(rpc.methods.invoke, message);
      return answer.getResponse_asU8();
    } catch (error) {
      throw new Error(rpcMessage(error));
    }
  }

  transform(callback: Callback): Transform {
    return async ({ name, type, custom, parent }, properties, options) => {
      const request = new pb.TransformRequest();
      request.setName(name);
      request.setType(type);
      request.setCustom(custom);
      request.setParent(parent);
      request.setProperties(toStruct(properties, WIRE));
      request.setOptions(options);
      const answer = pb.TransformResponse.deserializeBinary(
        await this.invoke(callback, request.serializeBinary()),
      );
      return {
        properties: answer.hasProperties() ? fromStruct(answer.getProperties()) : properties,
        options: answer.getOptions() ?? options,
      };
    };
  }

  invokeTransform(callback: Callback): InvokeTransform {
    return async (token, args, options) => {
      const request = new pb.TransformInvokeRequest();
      request.setToken(token);
      request.setArgs(toStruct(args, WIRE));
      request.setOptions(options);
      const answer = pb.TransformInvokeResponse.deserializeBinary(
        await this.invoke(callback, request.serializeBinary()),
      );
      return {
        args: answer.hasArgs() ? fromStruct(answer.getArgs()) : args,
        options: answer.getOptions() ?? options,
      };
    };
  }

  resourceHook(callback: Callback, onDryRun: boolean, ignoreErrors: boolean): ResourceHook {
    return {
      onDryRun,
      ignoreErrors,
      call: async (args) => {
        const request = new pb.ResourceHookRequest();
        fill(request, args);
        if (args.newOutputs) request.setNewOutputs(toStruct(args.newOutputs, WIRE));
        const answer = pb.ResourceHookResponse.deserializeBinary(
          await this.invoke(callback, request.serializeBinary()),
        );
        if (answer.getError()) throw new Error(answer.getError());
      },
    };
  }

  errorHook(callback: Callback): ErrorHook {
    return async (args, operation, failures) => {
      const request = new pb.ErrorHookRequest();
      fill(request, args);
      request.setFailedOperation(operation);
      request.setErrorsList(failures);
      const answer = pb.ErrorHookResponse.deserializeBinary(
        await this.invoke(callback, request.serializeBinary()),
      );
      if (answer.getError()) throw new Error(answer.getError());
      return answer.getRetry();
    };
  }

  close(): void {
    for (const rpc of this.clients.values()) rpc.close();
  }
}

function fill(request: pb.ResourceHookRequest | pb.ErrorHookRequest, args: HookArguments): void {
  const { state } = args;
  request.setUrn(state.urn);
  request.setId(state.id);
  request.setName(nameOf(state.urn));
  request.setType(state.type);
  if (args.newInputs) request.setNewInputs(toStruct(args.newInputs, WIRE));
  if (args.oldInputs) request.setOldInputs(toStruct(args.oldInputs, WIRE));
  if (args.oldOutputs) request.setOldOutputs(toStruct(args.oldOutputs, WIRE));
}
