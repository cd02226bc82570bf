import pb from "@pulumi/pulumi/proto/resource_pb";
import { type Goal, goal } from "../deploy/events";
import type { RegistrationResult } from "../deploy/step";
import { isProviderType, packageOf } from "../resource/urn";
import { RpcError, STATUS } from "../rpc/status";
import { withHashes } from "../values/asset";
import {
  containsUnknowns,
  downgradeOutputs,
  isOutput,
  isSecret,
  isUnknown,
  OUTPUT,
  outputDependencies,
  type PropertyMap,
  SIGNATURE,
  type Value,
} from "../values/value";
import { fromStruct, toStruct } from "../values/wire";
import type { Transform } from "./callbacks";
import { inherit, readAlias, readHooks, readTimeouts, transformOptions } from "./register-options";
import { constructComponent } from "./remote";
import type { Session } from "./session";

type Dependencies = Map<string, Set<string>>;

/** Turns one registration of a program into a goal, waits for the engine, and answers. */
export async function registerResource(
  session: Session,
  request: pb.RegisterResourceRequest,
): Promise<pb.RegisterResourceResponse> {
  const type = request.getType();
  const name = request.getName();
  const parent = request.getParent();
  const custom = request.getCustom();
  const remote = request.getRemote();
  if (custom || remote) requireTypeToken(type);
  const inherited = session.goals.get(parent);

  let properties = withHashes(fromStruct(request.getObject()), session.workingDirectory);
  let dependencies = new Set(request.getDependenciesList());
  let propertyDependencies = readPropertyDependencies(request, properties, dependencies, remote);
  const ownTransforms = session.takeTransforms(
    `${parent}::${type}::${name}`,
    request.getTransformsList(),
    remote,
  );
  const transforms = [...ownTransforms, ...session.transformsAbove(parent), ...session.stackTransforms];
  if (request.getTransformsList().length > 0) properties = upgradeOutputs(properties, propertyDependencies);

  let options = transformOptions(request);
  if (inherited) inherit(options, request, inherited);
  if (custom || remote)
    options.setProvider(
      session.resolveProvider(options.getProvider(), options.getProvidersMap(), parent, packageOf(type)),
    );
  for (const transform of transforms as Transform[])
    ({ properties, options } = await transform({ name, type, custom, parent }, properties, options));
  session.inheritProviders(options.getProvidersMap(), parent, custom);

  let provider = "";
  if ((custom && !isProviderType(type)) || remote)
    provider =
      options.getProvider() ||
      (await session.defaultProviders.reference({
        pkg: packageOf(type),
        version: options.getVersion(),
        downloadUrl: options.getPluginDownloadUrl(),
      }));

  if (request.getTransformsList().length > 0) {
    dependencies = new Set(options.getDependsOnList());
    propertyDependencies = new Map();
    for (const [key, value] of Object.entries(properties)) {
      const urns = outputDependencies(value);
      propertyDependencies.set(key, urns);
      for (const urn of urns) dependencies.add(urn);
    }
  } else
    for (const [key, value] of Object.entries(properties)) {
      const urns = propertyDependencies.get(key) ?? new Set<string>();
      outputDependencies(value, urns);
      propertyDependencies.set(key, urns);
    }
  if (isProviderType(type)) setPlugin(properties, options);

  const plan: Goal = goal({
    type,
    name,
    custom,
    parent,
    provider,
    inputs: remote ? properties : (downgradeOutputs(properties) as PropertyMap),
    protect: options.hasProtect() ? options.getProtect() : undefined,
    dependencies: [...dependencies],
    propertyDependencies: Object.fromEntries(
      [...propertyDependencies].map(([key, urns]) => [key, [...urns]]),
    ),
    deleteBeforeReplace: options.hasDeleteBeforeReplace() ? options.getDeleteBeforeReplace() : undefined,
    ignoreChanges: options.getIgnoreChangesList(),
    additionalSecretOutputs: options.getAdditionalSecretOutputsList(),
    aliases: options.getAliasesList().map(readAlias),
    id: options.getImport(),
    customTimeouts: readTimeouts(options.getCustomTimeouts()),
    replaceOnChanges: options.getReplaceOnChangesList(),
    replacementTrigger: options.hasReplacementTrigger()
      ? downgradeOutputs((options.getReplacementTrigger()?.toJavaScript() ?? null) as Value)
      : null,
    retainOnDelete: options.hasRetainOnDelete() ? options.getRetainOnDelete() : undefined,
    hideDiff: options.getHideDiffList(),
    deletedWith: options.getDeletedWith(),
    replaceWith: options.getReplaceWithList(),
    sourcePosition: session.sourcePosition(request.getSourceposition()),
    resourceHooks: readHooks(options.getHooks()),
  });

  const response = new pb.RegisterResourceResponse();
  if (remote) {
    await constructComponent(session, plan, options, provider, ownTransforms, response);
    return response;
  }
  const result = await session.submit(plan);
  session.settled(result.state.urn, plan, ownTransforms, options.getProvidersMap());
  return answer(request, response, result);
}

/** Providers are found by the package in a type: it must have three parts. @throws RpcError */
export function requireTypeToken(type: string): void {
  if (type.split(":").length < 3)
    throw new RpcError(
      STATUS.invalidArgument,
      `Type '${type}' is not a valid type token (must have format '*:*:*')`,
    );
}

function answer(
  request: pb.RegisterResourceRequest,
  response: pb.RegisterResourceResponse,
  { state, result, unknown }: RegistrationResult,
): pb.RegisterResourceResponse {
  if (result !== "success" && !request.getSupportsresultreporting())
    throw new Error("resource registration failed");
  response.setUrn(state.urn);
  response.setId(state.id);
  // The outputs of a component come from an earlier run; they may refer to what is not registered yet.
  let outputs: PropertyMap = request.getCustom() ? state.outputs : {};
  if (!request.getSupportspartialvalues())
    outputs = Object.fromEntries(Object.entries(outputs).filter(([, value]) => !containsUnknowns(value)));
  response.setObject(
    toStruct(outputs, {
      keepUnknowns: true,
      keepSecrets: request.getAcceptsecrets(),
      keepResources: request.getAcceptresources(),
    }),
  );
  response.setResult(
    result === "failed" ? pb.Result.FAIL : result === "skipped" ? pb.Result.SKIP : pb.Result.SUCCESS,
  );
  (response as { setUnknown?(value: boolean): void }).setUnknown?.(unknown ?? false);
  return response;
}

function readPropertyDependencies(
  request: pb.RegisterResourceRequest,
  properties: PropertyMap,
  dependencies: Set<string>,
  remote: boolean,
): Dependencies {
  const map = request.getPropertydependenciesMap();
  const found: Dependencies = new Map();
  if (map.getLength() === 0 && !remote) {
    // An older SDK says nothing about single properties: then each depends on everything.
    for (const key of Object.keys(properties)) found.set(key, new Set(dependencies));
    return found;
  }
  map.forEach((entry: pb.RegisterResourceRequest.PropertyDependencies, key: string) => {
    found.set(key, new Set(entry.getUrnsList()));
  });
  return found;
}

/** Values that carry their dependencies with them, so that a transform can move them to other properties. */
function upgradeOutputs(properties: PropertyMap, dependencies: Dependencies): PropertyMap {
  const result: PropertyMap = {};
  for (const [key, value] of Object.entries(properties)) {
    const urns = dependencies.get(key);
    const carried = outputDependencies(value);
    if (!urns || [...urns].every((urn) => carried.has(urn))) {
      result[key] = value;
      continue;
    }
    if (isOutput(value)) {
      const own = Array.isArray(value.dependencies) ? (value.dependencies as string[]) : [];
      result[key] = { ...value, dependencies: [...new Set([...own, ...urns])] };
      continue;
    }
    const marked: { [key: string]: Value } = { [SIGNATURE]: OUTPUT, dependencies: [...urns] };
    if (isSecret(value)) Object.assign(marked, { secret: true, value: value.value ?? null });
    else if (!isUnknown(value)) marked.value = value;
    result[key] = marked;
  }
  return result;
}

/** A provider resource says in its inputs which plugin it wants. */
function setPlugin(properties: PropertyMap, options: pb.TransformResourceOptions): void {
  const internal: { [key: string]: Value } = {};
  if (options.getVersion()) properties.version = options.getVersion();
  if (options.getPluginDownloadUrl()) internal.pluginDownloadURL = options.getPluginDownloadUrl();
  if (options.getVersion() || options.getPluginDownloadUrl()) properties.__internal = internal;
}
