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

export function request(resource: AnalyzedResource, keepInternal = false): pb.AnalyzeRequest {
  const message = new pb.AnalyzeRequest();
  message.setUrn(resource.urn);
  message.setType(resource.type);
  message.setName(resource.name);
  message.setProperties(
    toStruct(keepInternal ? resource.properties : withoutInternal(resource.properties), WIRE),
  );
  message.setOptions(optionsOf(resource));
  message.setProvider(providerOf(resource));
  return message;
}

export function stackResource(resource: AnalyzedResource): pb.AnalyzerResource {
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
