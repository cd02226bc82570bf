import { readFileSync, rmSync } from "node:fs";
import { manifest } from "../backend/checkpoint-writer";
import { writeAtomically } from "../backend/files";
import { lockStack } from "../backend/lock";
import { StackConfig } from "../config/stack-config";
import { UserError } from "../errors";
import { type Deployment, deserializeResource, serializeResource } from "../resource/deployment-format";
import { verifyDeployment } from "../resource/integrity";
import type { CommandContext } from "./command";
import type { Flags } from "./flags";

export async function renameStack(
  from: { project: string; name: string },
  to: { project: string; name: string },
  { workspace, write }: CommandContext,
): Promise<number> {
  const backend = workspace.backend();
  const unlock = lockStack(backend.lockDirectory(from));
  try {
    if (backend.exists(to)) throw new UserError(`a stack named ${to.name} already exists`);
    const deployment = backend.read(from);
    const renamed =
      deployment && (JSON.parse(renameUrns(JSON.stringify(deployment), from, to)) as Deployment);
    backend.rename(from, to, renamed);
  } finally {
    unlock();
  }
  const before = StackConfig.fileOf(workspace.project(), from.name, undefined);
  const after = StackConfig.fileOf(workspace.project(), to.name, undefined);
  try {
    writeAtomically(after, readFileSync(before));
    rmSync(before);
  } catch {
    // A stack without a stack file has nothing to rename.
  }
  workspace.select(to);
  write(`Renamed ${from.name} to ${to.name}`);
  return 0;
}

function renameUrns(
  json: string,
  from: { project: string; name: string },
  to: { project: string; name: string },
): string {
  return json
    .replaceAll(`urn:pulumi:${from.name}::${from.project}::`, `urn:pulumi:${to.name}::${to.project}::`)
    .replaceAll(
      `pulumi:pulumi:Stack::${from.project}-${from.name}`,
      `pulumi:pulumi:Stack::${to.project}-${to.name}`,
    );
}

export async function exportStack(flags: Flags, { workspace, write }: CommandContext): Promise<number> {
  if (flags.has("version"))
    throw new UserError("not supported by the offline engine: stack export --version; use the Pulumi CLI");
  const stack = workspace.stack(flags.text("stack"));
  let deployment: Deployment = workspace.backend().read(stack) ?? { manifest: manifest(), metadata: {} };
  if (flags.flag("show-secrets")) {
    const crypter = await workspace.stateCrypter(deployment.secrets_providers);
    const open = (json: NonNullable<Deployment["resources"]>[number]) =>
      serializeResource(
        deserializeResource(json, () => {
          if (!crypter) throw new UserError("the state holds secrets but names no secrets provider");
          return crypter;
        }),
        { show: true },
      );
    deployment = {
      ...deployment,
      ...(deployment.resources && { resources: deployment.resources.map(open) }),
      ...(deployment.pending_operations && {
        pending_operations: deployment.pending_operations.map(({ resource, type }) => ({
          resource: open(resource),
          type,
        })),
      }),
    };
  }
  const json = JSON.stringify({ version: 3, deployment }, null, 4);
  const file = flags.text("file");
  if (file) writeAtomically(file, `${json}\n`);
  else write(json);
  return 0;
}

export async function importStack(flags: Flags, context: CommandContext): Promise<number> {
  const { workspace, write } = context;
  const stack = workspace.stack(flags.text("stack"));
  const file = flags.text("file");
  const content = readFileSync(file ?? 0, "utf8");
  let parsed: { version?: number; deployment?: Deployment };
  try {
    parsed = JSON.parse(content) as typeof parsed;
  } catch (error) {
    throw new UserError(
      `invalid character: ${file ?? "the input"} is not JSON (${(error as Error).message})`,
    );
  }
  const { deployment, version } = parsed;
  if (version !== 3 || typeof deployment !== "object" || deployment === null)
    throw new UserError(`could not deserialize deployment: version ${version} is not supported, expected 3`);
  const problems: string[] = [];
  for (const { urn } of deployment.resources ?? []) {
    const name = /^urn:pulumi:([^:]*)::/.exec(urn)?.[1];
    if (name !== stack.name)
      problems.push(`resource '${urn}' is from a different stack (${name} != ${stack.name})`);
  }
  problems.push(...verifyDeployment(deployment));
  if (problems.length > 0) {
    const report = flags.flag("force") ? "warning: " : "error: ";
    for (const problem of problems) context.writeError(`${report}${problem}`);
    if (!flags.flag("force"))
      throw new UserError("importing this file could be dangerous; rerun with --force to proceed anyway");
  }
  const secrets = await workspace.secrets(stack, workspace.stackConfig(stack, undefined));
  const source = await workspace.stateCrypter(deployment.secrets_providers);
  const reseal = (json: NonNullable<Deployment["resources"]>[number]) =>
    serializeResource(
      deserializeResource(json, () => source ?? secrets.crypter),
      { seal: secrets.crypter },
    );
  const unlock = lockStack(workspace.backend().lockDirectory(stack));
  try {
    workspace.backend().save(stack, {
      manifest: manifest(),
      secrets_providers: { type: "passphrase", state: { salt: secrets.salt } },
      ...(deployment.resources && { resources: deployment.resources.map(reseal) }),
      ...(deployment.pending_operations && {
        pending_operations: deployment.pending_operations.map(({ resource, type }) => ({
          resource: reseal(resource),
          type,
        })),
      }),
      metadata: deployment.metadata ?? {},
    });
  } finally {
    unlock();
  }
  write("Import complete.");
  return 0;
}
