import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { Backend, type StackReference } from "../backend/backend";
import { writeAtomically } from "../backend/files";
import type { SealedConfig } from "../config/copy";
import { findProjectFile, loadProject, type Project } from "../config/project";
import { StackConfig } from "../config/stack-config";
import { notSupported, UserError } from "../errors";
import {
  type Crypter,
  newSecretsManager,
  openSecretsManager,
  readPassphrase,
  type SecretsManager,
} from "../secrets/passphrase";

const NAME = /^[A-Za-z0-9._-]{1,100}$/;

/** What a command needs to know about where it runs. */
export class Workspace {
  private loadedProject: Project | undefined;
  private loadedBackend: Backend | undefined;

  constructor(
    readonly environment: NodeJS.ProcessEnv,
    readonly directory: string,
  ) {}

  get home(): string {
    return this.environment.PULUMI_HOME || join(homedir(), ".pulumi");
  }

  project(): Project {
    this.loadedProject ??= loadProject(this.directory);
    return this.loadedProject;
  }
  projectIfAny(): Project | undefined {
    return this.loadedProject || findProjectFile(this.directory) ? this.project() : undefined;
  }

  /** @throws UserError when no file backend is chosen */
  backend(): Backend {
    if (!this.loadedBackend) {
      const url = this.environment.PULUMI_BACKEND_URL || this.projectIfAny()?.backendUrl || this.loggedIn();
      if (!url)
        throw new UserError(
          "no backend is chosen: set PULUMI_BACKEND_URL=file://…, run `pulumi login file://…`, or set backend.url in Pulumi.yaml " +
            "(Pulumi Cloud is not supported by the offline engine; use the Pulumi CLI)",
        );
      this.loadedBackend = new Backend(url);
    }
    return this.loadedBackend;
  }

  private get credentialsFile(): string {
    return join(this.home, "credentials.json");
  }
  private loggedIn(): string | undefined {
    if (!existsSync(this.credentialsFile)) return undefined;
    const { current } = JSON.parse(readFileSync(this.credentialsFile, "utf8")) as { current?: string };
    return current;
  }
  login(url: string): void {
    new Backend(url);
    writeAtomically(this.credentialsFile, JSON.stringify({ current: url, accounts: { [url]: {} } }));
  }

  private get settingsFile(): string {
    const project = this.project();
    const file = findProjectFile(this.directory) ?? project.root;
    const hash = createHash("sha1").update(file).digest("hex");
    return join(this.home, "workspaces", `${project.name}-${hash}-workspace.json`);
  }
  selected(): string | undefined {
    if (this.environment.PULUMI_STACK) return this.environment.PULUMI_STACK;
    if (!this.projectIfAny() || !existsSync(this.settingsFile)) return undefined;
    const { stack } = JSON.parse(readFileSync(this.settingsFile, "utf8")) as { stack?: string };
    return stack;
  }
  select(stack: StackReference | undefined): void {
    const name = stack && `organization/${stack.project}/${stack.name}`;
    writeAtomically(this.settingsFile, JSON.stringify(name ? { stack: name } : {}));
  }

  /** @throws UserError when the name is not one a stack can have */
  parseStack(text: string): StackReference {
    const parts = text.split("/");
    if (parts.length > 3 || text === "") throw new UserError(`invalid stack name '${text}'`);
    const name = parts.at(-1) ?? "";
    if (parts.length > 1 && parts[0] !== "organization")
      throw new UserError("organization name must be 'organization'");
    if (!NAME.test(name))
      throw new UserError(
        "a stack name may only contain alphanumeric, hyphens, underscores, or periods: " +
          (name.length > 100 ? "it must not be longer than 100 characters" : `'${name}' is not valid`),
      );
    return { project: parts.length === 3 ? (parts[1] ?? "") : this.project().name, name };
  }

  /** The stack named by `--stack`, or the selected one. @throws UserError (exit 6) when it does not exist */
  stack(flag: string | undefined): StackReference {
    const text = flag ?? this.selected();
    if (!text)
      throw new UserError(
        "no stack selected; please use `pulumi stack select` or `pulumi stack init` to choose one",
      );
    const stack = this.parseStack(text);
    if (!this.backend().exists(stack)) throw stackNotFound(text);
    return stack;
  }

  stackConfig(stack: StackReference, file: string | undefined): StackConfig {
    const project = this.project();
    return StackConfig.load(StackConfig.fileOf(project, stack.name, file), project.name);
  }

  /** The configuration of a stack to copy from or to. */
  sealedConfig(stack: StackReference): SealedConfig {
    const config = this.stackConfig(stack, undefined);
    return { config, crypter: async () => (await this.secrets(stack, config)).crypter };
  }

  /**
   * The secrets of a stack: the salt of the stack file, else the one in the state, else a new one that is written.
   * @throws UserError when the passphrase is missing or wrong
   */
  async secrets(stack: StackReference, config: StackConfig | undefined): Promise<SecretsManager> {
    if (config?.secretsProvider && config.secretsProvider !== "passphrase")
      throw notSupported(`the secrets provider '${config.secretsProvider}' (only passphrase)`);
    const passphrase = readPassphrase(this.environment);
    if (config?.salt) return openSecretsManager(config.salt, passphrase);
    const state = this.backend().exists(stack) ? this.backend().read(stack) : undefined;
    const salt = saltOf(state?.secrets_providers);
    if (salt && (!config || this.environment.PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER))
      return openSecretsManager(salt, passphrase);
    if (!config) return newSecretsManager(passphrase);
    const manager = salt ? await openSecretsManager(salt, passphrase) : await newSecretsManager(passphrase);
    config.salt = manager.salt;
    config.save();
    return manager;
  }

  /** Decrypts state; the salt is the one written in the state. */
  async stateCrypter(provider: { type: string; state?: unknown } | undefined): Promise<Crypter | undefined> {
    if (!provider) return undefined;
    const salt = saltOf(provider);
    if (!salt) return undefined;
    return (await openSecretsManager(salt, readPassphrase(this.environment))).crypter;
  }
}

export const stackNotFound = (name: string): UserError =>
  new UserError(`no stack named '${name.split("/").at(-1)}' found`, 6);

function saltOf(provider: { type: string; state?: unknown } | undefined): string | undefined {
  if (!provider) return undefined;
  if (provider.type !== "passphrase")
    throw notSupported(`state with the secrets provider '${provider.type}'`);
  const { salt } = (provider.state ?? {}) as { salt?: string };
  return salt;
}
