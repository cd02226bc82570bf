import { randomUUID } from "node:crypto";
import type { Deployment } from "../deploy/deployment";
import { typeOf } from "../resource/urn";
import {
  deepEquals,
  mapMarked,
  type PropertyMap,
  RESOURCE_REFERENCE,
  SIGNATURE,
  type Value,
} from "../values/value";
import {
  type CallResult,
  type CheckRequest,
  type CheckResult,
  type ConstructResult,
  type CreateRequest,
  type Diff,
  type DiffRequest,
  type InvokeResult,
  noDiff,
  type OperationResult,
  type ProviderPlugin,
  type ReadRequest,
  type UpdateRequest,
} from "./provider";

const STACK_REFERENCE = "pulumi:pulumi:StackReference";
const STASH = "pulumi:index:Stash";

/** Outputs of another stack; undefined when there is no such stack. */
export type StackOutputs = (name: string) => Promise<{ name: string; outputs: PropertyMap }>;

/** The resources the engine provides itself: StackReference and Stash; and the lookup of registered resources. */
export class BuiltinProvider implements ProviderPlugin {
  deployment: Deployment | undefined;

  constructor(private readonly stackOutputs: StackOutputs) {}

  async checkConfig(_urn: string, _olds: PropertyMap, news: PropertyMap): Promise<CheckResult> {
    return { inputs: news, failures: [] };
  }
  async diffConfig(): Promise<Diff> {
    return noDiff("none");
  }
  async configure(): Promise<void> {}
  async cancel(): Promise<void> {}
  close(): void {}

  async check({ urn, news }: CheckRequest): Promise<CheckResult> {
    const type = typeOf(urn);
    const failure = (property: string, reason: string): CheckResult => ({
      inputs: {},
      failures: [{ property, reason }],
    });
    if (type === STASH) {
      for (const key of Object.keys(news))
        if (key !== "input") return failure(key, `unknown property "${key}"`);
      if (news.input === undefined) return failure("input", `missing required property "input"`);
      return { inputs: news, failures: [] };
    }
    if (type !== STACK_REFERENCE) throw new Error(`unrecognized resource type '${type}'`);
    for (const key of Object.keys(news)) if (key !== "name") return failure(key, `unknown property "${key}"`);
    if (news.name === undefined) return failure("name", `missing required property "name"`);
    if (typeof news.name !== "string") return failure("name", `property "name" must be a string`);
    return { inputs: news, failures: [] };
  }

  async diff({ urn, oldInputs, newInputs }: DiffRequest): Promise<Diff> {
    if (typeOf(urn) === STASH)
      return deepEquals(oldInputs.input, newInputs.input)
        ? noDiff("none")
        : { ...noDiff("some"), changedKeys: ["input"] };
    return deepEquals(oldInputs.name, newInputs.name) ? noDiff("none") : noDiff("some", ["name"]);
  }

  async create({ urn, inputs, preview }: CreateRequest): Promise<OperationResult> {
    if (typeOf(urn) === STASH)
      return {
        id: preview ? "" : randomUUID(),
        outputs: { input: inputs.input ?? null, output: inputs.input ?? null },
      };
    return { id: preview ? "" : randomUUID(), outputs: await this.referenced(inputs) };
  }

  async update({ urn, id, oldOutputs, newInputs }: UpdateRequest): Promise<OperationResult> {
    if (typeOf(urn) !== STASH) throw new Error("stack references cannot be updated");
    return { id, outputs: { ...oldOutputs, input: newInputs.input ?? null } };
  }
  async delete(): Promise<void> {}

  async read({ urn, id, inputs, state }: ReadRequest): Promise<OperationResult> {
    if (typeOf(urn) === STASH) return { id, inputs, outputs: state };
    return { id, inputs, outputs: await this.referenced(inputs) };
  }

  private async referenced(inputs: PropertyMap): Promise<PropertyMap> {
    const { name, outputs } = await this.stackOutputs(String(inputs.name));
    const secretNames = Object.keys(outputs)
      .filter((key) => {
        let hidden = false;
        mapMarked(outputs[key] as Value, (value, signature) => {
          if (signature === "1b47061264138c4ac30d75fd1eb44270") hidden = true;
          return value;
        });
        return hidden;
      })
      .sort();
    return { name: inputs.name ?? name, outputs, secretOutputNames: secretNames };
  }

  async invoke(token: string, args: PropertyMap): Promise<InvokeResult> {
    if (token === "pulumi:pulumi:readStackOutputs")
      return { returns: await this.referenced(args), failures: [] };
    if (token !== "pulumi:pulumi:getResource") throw new Error(`unrecognized function name: '${token}'`);
    const urn = String(args.urn);
    const state = this.deployment?.news.get(urn) ?? this.deployment?.reads.get(urn);
    if (!state) throw new Error(`unknown resource ${urn}`);
    return { returns: { urn, id: state.id, provider: state.provider, state: state.outputs }, failures: [] };
  }
  call(): Promise<CallResult> {
    return Promise.reject(new Error("the built-in provider has no methods"));
  }
  construct(): Promise<ConstructResult> {
    return Promise.reject(new Error("the built-in provider has no components"));
  }
}

/** A reference to a resource, as it travels in properties. */
export const resourceReference = (urn: string, id: string): Value => ({
  [SIGNATURE]: RESOURCE_REFERENCE,
  urn,
  id,
});
