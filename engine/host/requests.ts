import pb from "@pulumi/pulumi/proto/provider_pb";
import type { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { nameOf, packageOf, typeOf } from "../resource/urn";
import { type PropertyMap, withoutSecrets } from "../values/value";
import { toStruct } from "../values/wire";
import type {
  AutonamingOptions,
  CheckRequest,
  CreateRequest,
  DeleteRequest,
  DiffRequest,
  ReadRequest,
  UpdateRequest,
} from "./provider";

/** Property maps as the provider can take them. */
export type Send = (properties: PropertyMap, keepUnknowns: boolean) => Struct;

/** Which resource a request is about. */
function identify(
  request: { setUrn(urn: string): unknown; setName(name: string): unknown; setType(type: string): unknown },
  urn: string,
): void {
  request.setUrn(urn);
  request.setName(nameOf(urn));
  request.setType(typeOf(urn));
}

const open = (properties: PropertyMap): Struct => toStruct(properties, { keepUnknowns: true });

/** A provider's own settings travel in plain text. */
export function checkConfigMessage(urn: string, olds: PropertyMap, news: PropertyMap): pb.CheckRequest {
  const message = new pb.CheckRequest();
  identify(message, urn);
  message.setOlds(open(olds));
  message.setNews(open(news));
  return message;
}

export function diffConfigMessage(request: Omit<DiffRequest, "id">): pb.DiffRequest {
  const message = new pb.DiffRequest();
  identify(message, request.urn);
  message.setOldInputs(open(request.oldInputs));
  message.setOlds(open(request.oldOutputs));
  message.setNews(open(request.newInputs));
  message.setIgnorechangesList(request.ignoreChanges);
  return message;
}

export function configureMessage(urn: string, id: string, inputs: PropertyMap): pb.ConfigureRequest {
  const message = new pb.ConfigureRequest();
  for (const [key, value] of Object.entries(inputs)) {
    if (key === "version") continue;
    const plain = withoutSecrets(value);
    message
      .getVariablesMap()
      .set(
        `${packageOf(typeOf(urn))}:config:${key}`,
        typeof plain === "string" ? plain : JSON.stringify(plain),
      );
  }
  identify(message, urn);
  message.setId(id);
  message.setArgs(toStruct(inputs, { keepUnknowns: true, keepSecrets: true, keepResources: true }));
  message.setAcceptsecrets(true);
  message.setAcceptresources(true);
  message.setSendsOldInputs(true);
  message.setSendsOldInputsToDelete(true);
  return message;
}

export function checkMessage(
  request: CheckRequest,
  autonaming: AutonamingOptions | undefined,
  send: Send,
): pb.CheckRequest {
  const message = new pb.CheckRequest();
  identify(message, request.urn);
  message.setOlds(send(request.olds, request.allowUnknowns));
  message.setNews(send(request.news, request.allowUnknowns));
  message.setRandomseed(request.randomSeed);
  if (autonaming) {
    const options = new pb.CheckRequest.AutonamingOptions();
    options.setProposedName(autonaming.proposedName);
    options.setMode({ propose: 0, enforce: 1, disable: 2 }[autonaming.mode] as never);
    message.setAutonaming(options);
  }
  return message;
}

export function diffMessage(request: DiffRequest, send: Send): pb.DiffRequest {
  const message = new pb.DiffRequest();
  message.setId(request.id);
  identify(message, request.urn);
  message.setOldInputs(send(request.oldInputs, request.allowUnknowns));
  message.setOlds(send(request.oldOutputs, request.allowUnknowns));
  message.setNews(send(request.newInputs, request.allowUnknowns));
  message.setIgnorechangesList(request.ignoreChanges);
  return message;
}

export function createMessage(request: CreateRequest, send: Send): pb.CreateRequest {
  const message = new pb.CreateRequest();
  identify(message, request.urn);
  message.setProperties(send(request.inputs, request.preview));
  message.setTimeout(request.timeout);
  message.setPreview(request.preview);
  return message;
}

export function updateMessage(request: UpdateRequest, send: Send): pb.UpdateRequest {
  const message = new pb.UpdateRequest();
  message.setId(request.id);
  identify(message, request.urn);
  message.setOldInputs(send(request.oldInputs, false));
  message.setOlds(send(request.oldOutputs, false));
  message.setNews(send(request.newInputs, request.preview));
  message.setTimeout(request.timeout);
  message.setIgnorechangesList(request.ignoreChanges);
  message.setPreview(request.preview);
  return message;
}

export function deleteMessage(request: DeleteRequest, send: Send): pb.DeleteRequest {
  const message = new pb.DeleteRequest();
  message.setId(request.id);
  identify(message, request.urn);
  message.setOldInputs(send(request.inputs, false));
  message.setProperties(send(request.outputs, false));
  message.setTimeout(request.timeout);
  return message;
}

export function readMessage(request: ReadRequest, send: Send): pb.ReadRequest {
  const message = new pb.ReadRequest();
  message.setId(request.id);
  identify(message, request.urn);
  message.setInputs(send(request.inputs, false));
  message.setProperties(send(request.state, false));
  return message;
}
