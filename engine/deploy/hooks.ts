import { messageOf } from "../errors";
import type { HookKind, ResourceState } from "../resource/state";
import type { PropertyMap } from "../values/value";
import type { Diagnostics } from "./observer";

/** What a hook is given about the resource. */
export interface HookArguments {
  state: ResourceState;
  oldState?: ResourceState;
  newInputs?: PropertyMap;
  oldInputs?: PropertyMap;
  newOutputs?: PropertyMap;
  oldOutputs?: PropertyMap;
}

export interface ResourceHook {
  onDryRun: boolean;
  ignoreErrors: boolean;
  /** @throws Error with the hook's own message */
  call(args: HookArguments, kind: HookKind): Promise<void>;
}

/** Answers whether the operation shall be tried again. */
export type ErrorHook = (args: HookArguments, operation: string, failures: string[]) => Promise<boolean>;

/** The hooks a program has registered, by name. */
export class Hooks {
  private readonly resourceHooks = new Map<string, ResourceHook>();
  private readonly errorHooks = new Map<string, ErrorHook>();

  constructor(
    private readonly dryRun: boolean,
    private readonly diagnostics: Diagnostics,
  ) {}

  /** @throws Error when the name is empty or taken */
  register(name: string, hook: ResourceHook): void {
    this.refuseTaken(name);
    this.resourceHooks.set(name, hook);
  }
  registerErrorHook(name: string, hook: ErrorHook): void {
    this.refuseTaken(name);
    this.errorHooks.set(name, hook);
  }
  private refuseTaken(name: string): void {
    if (!name) throw new Error("resource hook name cannot be empty");
    if (this.resourceHooks.has(name) || this.errorHooks.has(name))
      throw new Error(`resource hook already registered for name "${name}"`);
  }

  async run(kind: HookKind, args: HookArguments): Promise<void> {
    for (const name of args.state.resourceHooks[kind] ?? []) {
      const hook = this.resourceHooks.get(name);
      if (!hook) throw new Error(`hook "${name}" was not registered`);
      if (this.dryRun && !hook.onDryRun) continue;
      try {
        await hook.call(args, kind);
      } catch (error) {
        const message = messageOf(error);
        if (hook.ignoreErrors) {
          this.diagnostics.warning(`${kind} hook "${name}" failed: ${message}`, args.state.urn);
          continue;
        }
        throw new Error(
          `${kind.startsWith("Before") ? "before" : "after"} hook "${name}" failed: ${message}`,
        );
      }
    }
  }

  async runErrorHooks(
    names: string[],
    args: HookArguments & { operation: string },
    failures: string[],
  ): Promise<boolean> {
    let retry = false;
    for (const name of names) {
      const hook = this.errorHooks.get(name);
      if (!hook) throw new Error(`error hooks execution failed: error hook "${name}" was not registered`);
      try {
        retry = (await hook(args, args.operation, failures)) || retry;
      } catch (error) {
        throw new Error(`error hooks execution failed: error hook "${name}" failed: ${messageOf(error)}`);
      }
    }
    return retry;
  }
}
