import { CallResponse } from "@pulumi/pulumi/proto/provider_pb";
import pb from "@pulumi/pulumi/proto/resource_pb";
import type { Goal } from "../deploy/events";
import { messageOf } from "../errors";
import { isProviderType } from "../resource/urn";
import { isObject, outputDependencies } from "../values/value";
import { fromStruct, toStruct } from "../values/wire";
import type { Transform } from "./callbacks";
import { failureMessages, type Session } from "./session";

const WIRE = { keepUnknowns: true, keepSecrets: true, keepResources: true };

/** A component that a provider builds: the provider registers its children with this session. */
export async function constructComponent(
  session: Session,
  goal: Goal,
  options: pb.TransformResourceOptions,
  provider: string,
  transforms: Transform[],
  response: pb.RegisterResourceResponse,
): Promise<void> {
  const plugin = await session.pluginFor(provider, goal.type, "", "");
  const providers: Record<string, string> = {};
  options.getProvidersMap().forEach((reference: string, pkg: string) => {
    providers[pkg] = reference;
  });
  const timeouts = options.getCustomTimeouts();
  const result = await plugin
    .construct({
      type: goal.type,
      name: goal.name,
      parent: goal.parent,
      inputs: goal.inputs,
      inputDependencies: goal.propertyDependencies,
      providers,
      dependencies: goal.dependencies,
      aliases: goal.aliases,
      protect: goal.protect,
      additionalSecretOutputs: goal.additionalSecretOutputs,
      customTimeouts: timeouts && {
        create: timeouts.getCreate(),
        update: timeouts.getUpdate(),
        delete: timeouts.getDelete(),
      },
      deletedWith: goal.deletedWith,
      deleteBeforeReplace: goal.deleteBeforeReplace,
      ignoreChanges: goal.ignoreChanges,
      replaceOnChanges: goal.replaceOnChanges,
      replaceWith: goal.replaceWith,
      retainOnDelete: goal.retainOnDelete,
      hooks: goal.resourceHooks,
      context: session.context(),
    })
    .catch((error) => {
      session.diagnostics.error(
        `${goal.type} resource '${goal.name}' has a problem: ${messageOf(error)}`,
        "",
      );
      session.onAbort(error as Error);
      throw error;
    });
  session.settled(result.urn, goal, transforms, options.getProvidersMap());
  response.setUrn(result.urn);
  response.setObject(toStruct(result.outputs, WIRE));
  for (const [key, value] of Object.entries(result.outputs)) {
    const urns = new Set(result.outputDependencies[key] ?? []);
    outputDependencies(value, urns);
    const dependencies = new pb.RegisterResourceResponse.PropertyDependencies();
    dependencies.setUrnsList([...urns]);
    response.getPropertydependenciesMap().set(key, dependencies);
  }
}

/** A method of a resource, executed by its provider. */
export async function callMethod(session: Session, request: pb.ResourceCallRequest): Promise<CallResponse> {
  const token = request.getTok();
  const args = fromStruct(request.getArgs());
  const self = isObject(args.__self__) ? args.__self__ : undefined;
  let reference = request.getProvider();
  if (isProviderType(token.split("/")[0] ?? "") && self) reference = `${self.urn}::${self.id}`;
  else if (!reference && self) reference = session.goals.get(String(self.urn))?.provider ?? "";
  const plugin = await session.pluginFor(
    reference,
    token,
    request.getVersion(),
    request.getPlugindownloadurl(),
  );
  const argDependencies: Record<string, string[]> = {};
  request
    .getArgdependenciesMap()
    .forEach((entry: pb.ResourceCallRequest.ArgumentDependencies, key: string) => {
      argDependencies[key] = entry.getUrnsList();
    });
  for (const [key, value] of Object.entries(args))
    argDependencies[key] = [...outputDependencies(value, new Set(argDependencies[key] ?? []))];
  const result = await plugin
    .call({ token, args, argDependencies, context: session.context() })
    .catch((error) => {
      session.diagnostics.error(`call to function '${token}' failed: ${messageOf(error)}`, "");
      session.onAbort(error as Error);
      throw new Error(`call of ${token} returned an error: ${messageOf(error)}`);
    });
  const response = new CallResponse();
  response.setReturn(toStruct(result.returns, WIRE));
  for (const [key, value] of Object.entries(result.returns)) {
    const dependencies = new CallResponse.ReturnDependencies();
    dependencies.setUrnsList([...outputDependencies(value, new Set(result.returnDependencies[key] ?? []))]);
    response.getReturndependenciesMap().set(key, dependencies);
  }
  response.setFailuresList(failureMessages(result.failures));
  return response;
}
