import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import * as pb from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { differences, topOf } from "./differences";
import type { CheckFailure, DiffAnswer, PropertyChange, Provider, ResourceCall } from "./provider";
import type { Values } from "./values";
import { fromStruct, toStruct } from "./wire";

export interface Session {
  readonly provider: Provider;
  /** By connection: each provider resource of a program has its own. The latest stands in for an unknown one. */
  readonly configurations: Map<string, Values>;
  readonly underWay: Set<{ readonly controller: AbortController }>;
}

interface Context {
  readonly signal: AbortSignal;
  readonly peer: string;
}

type Answer = (session: Session, request: never, context: Context) => Promise<unknown>;

const LATEST = "latest";

/** One function for each method of the protocol that is implemented. */
export const calls: Readonly<Record<string, Answer | undefined>> = {
  async handshake() {
    const response = new pb.ProviderHandshakeResponse();
    response.setAcceptSecrets(true);
    response.setAcceptResources(true);
    response.setAcceptOutputs(true);
    return response;
  },
  async attach() {
    return new Empty();
  },
  async cancel(session) {
    for (const { controller } of session.underWay) controller.abort(new Error("The update was cancelled."));
    return new Empty();
  },
  async getPluginInfo(session) {
    const response = new PluginInfo();
    response.setVersion(session.provider.version);
    return response;
  },
  async getSchema(session) {
    const response = new pb.GetSchemaResponse();
    response.setSchema(JSON.stringify({ name: session.provider.name, version: session.provider.version }));
    return response;
  },
  async getMapping() {
    return new pb.GetMappingResponse();
  },
  async checkConfig(_session, request: pb.CheckRequest) {
    const response = new pb.CheckResponse();
    response.setInputs(request.getNews());
    return response;
  },
  async diffConfig(_session, request: pb.DiffRequest) {
    const changes = differences(
      fromStruct(request.getOldInputs() ?? request.getOlds()),
      fromStruct(request.getNews()),
    );
    return diffResponse({ changes });
  },
  async configure(session, request: pb.ConfigureRequest, { peer }) {
    const configuration = fromStruct(request.getArgs());
    await session.provider.configure?.(configuration);
    session.configurations.set(peer, configuration);
    session.configurations.set(LATEST, configuration);
    const response = new pb.ConfigureResponse();
    response.setAcceptsecrets(true);
    response.setAcceptresources(true);
    response.setAcceptoutputs(true);
    response.setSupportspreview(true);
    return response;
  },
  async check(session, request: pb.CheckRequest, context) {
    const olds = request.getOlds();
    const { inputs, failures } = await session.provider.check({
      ...about(session, request, context),
      inputs: fromStruct(request.getNews()),
      oldInputs: olds === undefined || olds.getFieldsMap().getLength() === 0 ? undefined : fromStruct(olds),
      randomSeed: request.getRandomseed_asU8(),
    });
    const response = new pb.CheckResponse();
    response.setInputs(toStruct(inputs));
    response.setFailuresList((failures ?? []).map(failureMessage));
    return response;
  },
  async diff(session, request: pb.DiffRequest, context) {
    const answer = await session.provider.diff({
      ...about(session, request, context),
      id: request.getId(),
      oldInputs: fromStruct(request.getOldInputs() ?? request.getOlds()),
      oldOutputs: fromStruct(request.getOlds()),
      inputs: fromStruct(request.getNews()),
      ignoreChanges: request.getIgnorechangesList(),
    });
    return diffResponse(answer);
  },
  async create(session, request: pb.CreateRequest, context) {
    const { id, outputs } = await session.provider.create({
      ...about(session, request, context),
      inputs: fromStruct(request.getProperties()),
      preview: request.getPreview(),
      timeout: request.getTimeout() || undefined,
    });
    const response = new pb.CreateResponse();
    if (!request.getPreview()) response.setId(id);
    response.setProperties(toStruct(outputs));
    return response;
  },
  async read(session, request: pb.ReadRequest, context) {
    const [inputs, properties] = [request.getInputs(), request.getProperties()];
    const found = await session.provider.read({
      ...about(session, request, context),
      id: request.getId(),
      inputs: inputs === undefined ? undefined : fromStruct(inputs),
      outputs: properties === undefined ? undefined : fromStruct(properties),
      timeout: request.getTimeout() || undefined,
    });
    const response = new pb.ReadResponse();
    if (found === undefined) return response;
    response.setId(found.id);
    response.setInputs(toStruct(found.inputs));
    response.setProperties(toStruct(found.outputs));
    return response;
  },
  async update(session, request: pb.UpdateRequest, context) {
    const outputs = await session.provider.update({
      ...about(session, request, context),
      id: request.getId(),
      oldInputs: fromStruct(request.getOldInputs() ?? request.getOlds()),
      oldOutputs: fromStruct(request.getOlds()),
      inputs: fromStruct(request.getNews()),
      preview: request.getPreview(),
      timeout: request.getTimeout() || undefined,
      ignoreChanges: request.getIgnorechangesList(),
    });
    const response = new pb.UpdateResponse();
    response.setProperties(toStruct(outputs));
    return response;
  },
  async delete(session, request: pb.DeleteRequest, context) {
    await session.provider.delete({
      ...about(session, request, context),
      id: request.getId(),
      inputs: fromStruct(request.getOldInputs() ?? request.getProperties()),
      outputs: fromStruct(request.getProperties()),
      timeout: request.getTimeout() || undefined,
    });
    return new Empty();
  },
  async invoke(session, request: pb.InvokeRequest, context) {
    const { outputs, failures } = await session.provider.invoke({
      configuration: configurationOf(session, context),
      signal: context.signal,
      token: request.getTok(),
      inputs: fromStruct(request.getArgs()),
      preview: request.getPreview(),
    });
    const response = new pb.InvokeResponse();
    response.setReturn(toStruct(outputs));
    response.setFailuresList((failures ?? []).map(failureMessage));
    return response;
  },
};

function configurationOf(session: Session, { peer }: Context): Values {
  return session.configurations.get(peer) ?? session.configurations.get(LATEST) ?? {};
}

/** Older engines leave `type` and `name` empty; both are in the URN: urn:pulumi:STACK::PROJECT::PARENT$TYPE::NAME. */
function about(
  session: Session,
  request: { getUrn(): string; getName(): string; getType(): string },
  context: Context,
): ResourceCall {
  const urn = request.getUrn();
  const [, , types = "", ...name] = urn.split("::");
  return {
    urn,
    type: request.getType() || (types.split("$").at(-1) ?? types),
    name: request.getName() || name.join("::"),
    configuration: configurationOf(session, context),
    signal: context.signal,
  };
}

function failureMessage({ property, reason }: CheckFailure): pb.CheckFailure {
  const message = new pb.CheckFailure();
  message.setProperty(property);
  message.setReason(reason);
  return message;
}

function diffResponse(answer: DiffAnswer): pb.DiffResponse {
  const response = new pb.DiffResponse();
  const entries = Object.entries(answer.changes);
  for (const [path, change] of entries) {
    const message = new pb.PropertyDiff();
    message.setKind(kindOf(change));
    message.setInputdiff(true);
    response.getDetaileddiffMap().set(path, message);
  }
  const { DIFF_SOME, DIFF_NONE } = pb.DiffResponse.DiffChanges;
  response.setHasdetaileddiff(true);
  response.setChanges(entries.length > 0 ? DIFF_SOME : DIFF_NONE);
  response.setDiffsList([...new Set(entries.map(([path]) => topOf(path)))]);
  response.setReplacesList([
    ...new Set(entries.filter(([, change]) => change.replace).map(([path]) => topOf(path))),
  ]);
  response.setStablesList([...(answer.stable ?? [])]);
  response.setDeletebeforereplace(answer.deleteBeforeReplace ?? false);
  return response;
}

function kindOf({ kind, replace }: PropertyChange): pb.PropertyDiff.Kind {
  const { ADD, ADD_REPLACE, DELETE, DELETE_REPLACE, UPDATE, UPDATE_REPLACE } = pb.PropertyDiff.Kind;
  if (kind === "add") return replace ? ADD_REPLACE : ADD;
  if (kind === "delete") return replace ? DELETE_REPLACE : DELETE;
  return replace ? UPDATE_REPLACE : UPDATE;
}
