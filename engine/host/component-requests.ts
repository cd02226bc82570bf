import { Alias } from "@pulumi/pulumi/proto/alias_pb";
import pb from "@pulumi/pulumi/proto/provider_pb";
import { toStruct, type WireOptions } from "../values/wire";
import type { CallRequest, ConstructRequest } from "./provider";

function aliasMessage(alias: ConstructRequest["aliases"][number]): Alias {
  const message = new Alias();
  if ("urn" in alias) {
    message.setUrn(alias.urn);
    return message;
  }
  const spec = new Alias.Spec();
  spec.setType(alias.type ?? "");
  spec.setName(alias.name ?? "");
  spec.setStack(alias.stack ?? "");
  spec.setProject(alias.project ?? "");
  if (alias.noParent) spec.setNoparent(true);
  else if (alias.parent) spec.setParenturn(alias.parent);
  message.setSpec(spec);
  return message;
}

/** The wire form of a remote component's construction. */
export function constructRequest(request: ConstructRequest, wire: WireOptions): pb.ConstructRequest {
  const message = new pb.ConstructRequest();
  const { context } = request;
  message.setProject(context.project);
  message.setStack(context.stack);
  message.setOrganization(context.organization);
  for (const [key, value] of Object.entries(context.config)) message.getConfigMap().set(key, value);
  message.setConfigsecretkeysList(context.configSecretKeys);
  message.setDryrun(context.dryRun);
  message.setParallel(context.parallel);
  message.setMonitorendpoint(context.monitor);
  message.setType(request.type);
  message.setName(request.name);
  message.setParent(request.parent);
  message.setInputs(toStruct(request.inputs, wire));
  for (const [key, urns] of Object.entries(request.inputDependencies)) {
    const dependencies = new pb.ConstructRequest.PropertyDependencies();
    dependencies.setUrnsList(urns);
    message.getInputdependenciesMap().set(key, dependencies);
  }
  for (const [pkg, reference] of Object.entries(request.providers))
    message.getProvidersMap().set(pkg, reference);
  message.setDependenciesList(request.dependencies);
  message.setAliasesList(request.aliases.map(aliasMessage));
  if (request.protect !== undefined) message.setProtect(request.protect);
  if (request.retainOnDelete !== undefined) message.setRetainondelete(request.retainOnDelete);
  if (request.deleteBeforeReplace !== undefined) message.setDeletebeforereplace(request.deleteBeforeReplace);
  message.setAdditionalsecretoutputsList(request.additionalSecretOutputs);
  if (request.customTimeouts) {
    const timeouts = new pb.ConstructRequest.CustomTimeouts();
    timeouts.setCreate(request.customTimeouts.create);
    timeouts.setUpdate(request.customTimeouts.update);
    timeouts.setDelete(request.customTimeouts.delete);
    message.setCustomtimeouts(timeouts);
  }
  message.setDeletedwith(request.deletedWith);
  message.setIgnorechangesList(request.ignoreChanges);
  message.setReplaceonchangesList(request.replaceOnChanges);
  message.setReplaceWithList(request.replaceWith);
  message.setAcceptsOutputValues(true);
  if (Object.keys(request.hooks).length > 0) {
    const hooks = new pb.ConstructRequest.ResourceHooksBinding();
    hooks.setBeforeCreateList(request.hooks.BeforeCreate ?? []);
    hooks.setAfterCreateList(request.hooks.AfterCreate ?? []);
    hooks.setBeforeUpdateList(request.hooks.BeforeUpdate ?? []);
    hooks.setAfterUpdateList(request.hooks.AfterUpdate ?? []);
    hooks.setBeforeDeleteList(request.hooks.BeforeDelete ?? []);
    hooks.setAfterDeleteList(request.hooks.AfterDelete ?? []);
    hooks.setOnErrorList(request.hooks.OnError ?? []);
    message.setResourceHooks(hooks);
  }
  return message;
}

/** The wire form of a method call on a resource. */
export function callRequest(request: CallRequest, wire: WireOptions): pb.CallRequest {
  const message = new pb.CallRequest();
  const { context } = request;
  message.setTok(request.token);
  message.setArgs(toStruct(request.args, wire));
  for (const [key, urns] of Object.entries(request.argDependencies)) {
    const dependencies = new pb.CallRequest.ArgumentDependencies();
    dependencies.setUrnsList(urns);
    message.getArgdependenciesMap().set(key, dependencies);
  }
  message.setProject(context.project);
  message.setStack(context.stack);
  message.setOrganization(context.organization);
  for (const [key, value] of Object.entries(context.config)) message.getConfigMap().set(key, value);
  message.setConfigsecretkeysList(context.configSecretKeys);
  message.setDryrun(context.dryRun);
  message.setParallel(context.parallel);
  message.setMonitorendpoint(context.monitor);
  message.setAcceptsOutputValues(true);
  return message;
}
