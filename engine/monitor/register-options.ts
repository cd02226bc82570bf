import { Alias as AliasMessage } from "@pulumi/pulumi/proto/alias_pb";
import pb from "@pulumi/pulumi/proto/resource_pb";
import type { Goal } from "../deploy/events";
import type { HookKind } from "../resource/state";
import { type Alias, packageOf, parseReference, typeOf } from "../resource/urn";
import { parseDuration } from "./duration";

/** The options of a registration, as transforms see and change them. */
export function transformOptions(request: pb.RegisterResourceRequest): pb.TransformResourceOptions {
  const options = new pb.TransformResourceOptions();
  options.setDependsOnList(request.getDependenciesList());
  if (request.hasProtect()) options.setProtect(request.getProtect() ?? false);
  options.setIgnoreChangesList(request.getIgnorechangesList());
  options.setReplaceOnChangesList(request.getReplaceonchangesList());
  options.setVersion(request.getVersion());
  options.setAliasesList(allAliases(request));
  options.setProvider(request.getProvider());
  options.setCustomTimeouts(request.getCustomtimeouts());
  options.setPluginDownloadUrl(request.getPlugindownloadurl());
  if (request.hasRetainondelete()) options.setRetainOnDelete(request.getRetainondelete() ?? false);
  options.setDeletedWith(request.getDeletedwith());
  if (request.getDeletebeforereplacedefined() || request.getDeletebeforereplace())
    options.setDeleteBeforeReplace(request.getDeletebeforereplace());
  options.setAdditionalSecretOutputsList(request.getAdditionalsecretoutputsList());
  request.getProvidersMap().forEach((reference: string, pkg: string) => {
    options.getProvidersMap().set(pkg, reference);
  });
  options.setHooks(request.getHooks());
  options.setImport(request.getImportid());
  options.setHideDiffList(request.getHidediffsList());
  options.setReplaceWithList(request.getReplaceWithList());
  if (request.hasReplacementTrigger()) options.setReplacementTrigger(request.getReplacementTrigger());
  return options;
}

function allAliases(request: pb.RegisterResourceRequest): AliasMessage[] {
  const urns = request.getAliasurnsList().map((urn) => {
    const alias = new AliasMessage();
    alias.setUrn(urn);
    return alias;
  });
  return [...urns, ...request.getAliasesList()];
}

export function readAlias(message: AliasMessage): Alias {
  const spec = message.getSpec();
  if (!spec) return { urn: message.getUrn() };
  return {
    name: spec.getName(),
    type: spec.getType(),
    stack: spec.getStack(),
    project: spec.getProject(),
    parent: spec.hasParenturn() ? spec.getParenturn() : "",
    noParent: spec.hasNoparent() && spec.getNoparent(),
  };
}

/** Children take over what their parent says about protection, deletion and providers. */
export function inherit(
  options: pb.TransformResourceOptions,
  request: pb.RegisterResourceRequest,
  parent: Goal,
): void {
  if (!options.getDeletedWith()) options.setDeletedWith(parent.deletedWith);
  if (!options.hasProtect() && parent.protect !== undefined) options.setProtect(parent.protect);
  if (!options.hasRetainOnDelete() && parent.retainOnDelete !== undefined)
    options.setRetainOnDelete(parent.retainOnDelete);
  if (options.getProvider() || !parent.provider) return;
  const component = !request.getRemote() && !request.getCustom();
  if (component || packageOf(typeOf(parseReference(parent.provider).urn)) === packageOf(request.getType()))
    options.setProvider(parent.provider);
}

export function readTimeouts(
  message: pb.RegisterResourceRequest.CustomTimeouts | undefined,
): Goal["customTimeouts"] {
  if (!message) return {};
  const timeouts: Goal["customTimeouts"] = {};
  for (const [key, text] of [
    ["create", message.getCreate()],
    ["update", message.getUpdate()],
    ["delete", message.getDelete()],
    ["read", (message as { getRead?(): string }).getRead?.() ?? ""],
  ] as const)
    if (text) timeouts[key] = parseDuration(text);
  return timeouts;
}

export function readHooks(
  message: pb.RegisterResourceRequest.ResourceHooksBinding | undefined,
): Goal["resourceHooks"] {
  if (!message) return {};
  const lists: [HookKind, string[]][] = [
    ["BeforeCreate", message.getBeforeCreateList()],
    ["AfterCreate", message.getAfterCreateList()],
    ["BeforeUpdate", message.getBeforeUpdateList()],
    ["AfterUpdate", message.getAfterUpdateList()],
    ["BeforeDelete", message.getBeforeDeleteList()],
    ["AfterDelete", message.getAfterDeleteList()],
    ["OnError", message.getOnErrorList()],
  ];
  return Object.fromEntries(lists.filter(([, names]) => names.length > 0));
}
