import pb from "@pulumi/pulumi/proto/analyzer_pb";
import type { AnalyzedResource } from "../deploy/deployment";
import { nameOf } from "../resource/urn";
import type { PropertyMap } from "../values/value";
import { fromStruct, toStruct } from "../values/wire";
import { LEVELS, type PolicyDescription } from "./policy-config";

const WIRE = { keepUnknowns: true, keepSecrets: true };

export function describe(policy: pb.PolicyInfo): PolicyDescription {
  const schema = policy.getConfigschema();
  return {
    name: policy.getName(),
    level: LEVELS[policy.getEnforcementlevel()] ?? "advisory",
    schema: schema && { properties: fromStruct(schema.getProperties()), required: schema.getRequiredList() },
  };
}

const withoutInternal = (properties: PropertyMap): PropertyMap =>
  Object.fromEntries(Object.entries(properties).filter(([key]) => !key.startsWith("__")));

function optionsOf({ state, deleteBeforeReplace }: AnalyzedResource): pb.AnalyzerResourceOptions {
  const options = new pb.AnalyzerResourceOptions();
  options.setProtect(state.protect);
  options.setIgnorechangesList(state.ignoreChanges);
  options.setDeletebeforereplace(deleteBeforeReplace ?? false);
  options.setDeletebeforereplacedefined(deleteBeforeReplace !== undefined);
  options.setAdditionalsecretoutputsList(state.additionalSecretOutputs);
  options.setAliasesList(state.aliases);
  const timeouts = new pb.AnalyzerResourceOptions.CustomTimeouts();
  timeouts.setCreate(state.customTimeouts.create ?? 0);
  timeouts.setUpdate(state.customTimeouts.update ?? 0);
  timeouts.setDelete(state.customTimeouts.delete ?? 0);
  options.setCustomtimeouts(timeouts);
  options.setParent(state.parent);
  return options;
}

function providerOf({ provider }: AnalyzedResource): pb.AnalyzerProviderResource | undefined {
  if (!provider) return undefined;
  const message = new pb.AnalyzerProviderResource();
  message.setUrn(provider.urn);
  message.setType(provider.type);
  message.setName(nameOf(provider.urn));
  message.setProperties(toStruct(withoutInternal(provider.inputs), WIRE));
  return message;
}

/** What a pack that corrects resources is sent. */
export const remediateRequest = (resource: AnalyzedResource): pb.AnalyzeRequest =>
  requestWith(resource, resource.properties);

/** What every pack is sent about one resource. */
export const analyzeRequest = shared((resource: AnalyzedResource) =>
  requestWith(resource, withoutInternal(resource.properties)),
);

/** What every pack is sent about all of them. */
export const stackRequest = shared((resources: AnalyzedResource[]) => {
  const message = new pb.AnalyzeStackRequest();
  message.setResourcesList(resources.map(stackResource));
  return message;
});

/** Packs are asked about the same thing one beside the other: its message is made and serialised once. */
function shared<About extends object, Message extends { serializeBinary(): Uint8Array }>(
  make: (about: About) => Message,
): (about: About) => Message {
  const messages = new WeakMap<About, Message>();
  return (about) => {
    let message = messages.get(about);
    if (!message) {
      message = make(about);
      const bytes = message.serializeBinary();
      message.serializeBinary = () => bytes;
      messages.set(about, message);
    }
    return message;
  };
}

function requestWith(resource: AnalyzedResource, properties: PropertyMap): pb.AnalyzeRequest {
  const message = new pb.AnalyzeRequest();
  message.setUrn(resource.urn);
  message.setType(resource.type);
  message.setName(resource.name);
  message.setProperties(toStruct(properties, WIRE));
  message.setOptions(optionsOf(resource));
  message.setProvider(providerOf(resource));
  return message;
}

function stackResource(resource: AnalyzedResource): pb.AnalyzerResource {
  const { state } = resource;
  const message = new pb.AnalyzerResource();
  message.setUrn(resource.urn);
  message.setType(resource.type);
  message.setName(resource.name);
  message.setProperties(toStruct(withoutInternal(resource.properties), WIRE));
  message.setOptions(optionsOf(resource));
  message.setProvider(providerOf(resource));
  message.setParent(state.parent);
  message.setDependenciesList(state.dependencies);
  for (const [key, urns] of Object.entries(state.propertyDependencies)) {
    if (urns.length === 0) continue;
    const dependencies = new pb.AnalyzerPropertyDependencies();
    dependencies.setUrnsList(urns);
    message.getPropertydependenciesMap().set(key, dependencies);
  }
  return message;
}
