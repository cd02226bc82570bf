import path from "node:path";
import { type AwsCloud, createAws } from "../../../../drill/cloud/aws/aws";
import { InThreadDataPlane } from "../../../../drill/cloud/aws/edge/data-plane/in-thread";
import { openAuthority } from "../../../../drill/cloud/certificates/authority";
import type { Provider } from "../../../../drill/cloud/provider/provider";
import type { Values } from "../../../../drill/cloud/provider/values";
import { temporaryFolder } from "../folder";

/** An AWS account on a folder of its own, and short ways to speak with its provider. */
export async function temporaryAccount() {
  const folder = temporaryFolder();
  const open = async (): Promise<AwsCloud> =>
    createAws({
      ...folder.open(),
      authority: await openAuthority(path.join(folder.directory, "certificates")),
      databaseDirectory: path.join(folder.directory, "databases"),
      operators: path.join(folder.directory, "operators"),
      log: () => {},
      dataPlane: (events) => new InThreadDataPlane(events),
      died(problem) {
        throw problem;
      },
    });
  let aws = await open();
  return {
    directory: folder.directory,
    get aws() {
      return aws;
    },
    get user() {
      return userOf(aws.provider);
    },
    async restart() {
      await aws.stop();
      aws = await open();
      await aws.restore();
    },
    async remove() {
      await aws.stop();
      folder.remove();
    },
  };
}

function userOf(provider: Provider) {
  const configuration: Values = {
    region: "eu-central-1",
    defaultTags: JSON.stringify({ tags: { team: "shop" } }),
  };
  const { signal } = new AbortController();
  const call = (type: string, name: string) => ({
    configuration,
    signal,
    type,
    name,
    urn: `urn:pulumi:test::shop::${type}::${name}`,
  });
  const checked = async (type: string, name: string, inputs: Values, oldInputs?: Values): Promise<Values> => {
    const answer = await provider.check({
      ...call(type, name),
      inputs,
      oldInputs,
      randomSeed: Buffer.from(name),
    });
    if ((answer.failures ?? []).length > 0)
      throw new Error(
        (answer.failures ?? []).map(({ property, reason }) => `${property}: ${reason}`).join("; "),
      );
    return answer.inputs;
  };
  return {
    checked,
    async preview(type: string, name: string, inputs: Values) {
      const made = await provider.create({
        ...call(type, name),
        inputs: await checked(type, name, inputs),
        preview: true,
        timeout: undefined,
      });
      return made.outputs;
    },
    async create(type: string, name: string, inputs: Values) {
      return provider.create({
        ...call(type, name),
        inputs: await checked(type, name, inputs),
        preview: false,
        timeout: undefined,
      });
    },
    async diff(type: string, name: string, id: string, old: Values, inputs: Values) {
      const oldInputs = await checked(type, name, old);
      return provider.diff({
        ...call(type, name),
        id,
        oldInputs,
        oldOutputs: oldInputs,
        inputs: await checked(type, name, inputs, oldInputs),
        ignoreChanges: [],
      });
    },
    async update(type: string, name: string, id: string, old: Values, inputs: Values, preview = false) {
      const oldInputs = await checked(type, name, old);
      return provider.update({
        ...call(type, name),
        id,
        oldInputs,
        oldOutputs: {},
        inputs: await checked(type, name, inputs, oldInputs),
        preview,
        timeout: undefined,
        ignoreChanges: [],
      });
    },
    read: (type: string, id: string) =>
      provider.read({ ...call(type, id), id, inputs: undefined, outputs: undefined, timeout: undefined }),
    remove: (type: string, id: string, name = id) =>
      provider.delete({ ...call(type, name), id, inputs: {}, outputs: {}, timeout: undefined }),
    invoke: async (token: string, inputs: Values) =>
      (await provider.invoke({ configuration, signal, token, inputs, preview: false })).outputs,
  };
}
