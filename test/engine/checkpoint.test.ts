import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { Backend } from "../../engine/backend/backend";
import { CheckpointWriter } from "../../engine/backend/checkpoint-writer";
import { serializeResource } from "../../engine/resource/deployment-format";
import { newState, type ResourceState } from "../../engine/resource/state";
import { testSecrets } from "./fixtures/world";

const stack = { project: "shop", name: "dev" };
const urn = (n: number | string): string => `urn:pulumi:dev::shop::test:index:Thing::${n}`;
const thing = (n: number, fields: Partial<ResourceState> = {}): ResourceState =>
  newState({ urn: urn(n), type: "test:index:Thing", custom: true, id: `${n}`, inputs: { n }, ...fields });

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "engine-checkpoint-"));
  mkdirSync(join(root, ".pulumi", "stacks", "shop"), { recursive: true });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

it("writes what the state is at each moment, however it came to be", async () => {
  const secrets = await testSecrets();
  const writer = new CheckpointWriter(new Backend(`file://${root}`), stack, secrets);
  const resources: ResourceState[] = [];
  const check = async (): Promise<void> => {
    await writer.write(() => ({ resources: [...resources], pending: [] }));
    const file = join(root, ".pulumi", "stacks", "shop", "dev.json");
    const { checkpoint } = JSON.parse(readFileSync(file, "utf8")) as {
      checkpoint: { latest: { resources?: unknown[] } };
    };
    const renamed = new Map(resources.flatMap(({ urn: now, aliases }) => aliases.map((old) => [old, now])));
    const expected = resources.map((state) =>
      serializeResource(
        {
          ...state,
          aliases: [],
          dependencies: state.dependencies.map((needed) => renamed.get(needed) ?? needed),
        },
        { seal: secrets.crypter },
      ),
    );
    expect(checkpoint.latest.resources ?? []).toEqual(expected);
  };
  await check();
  for (let n = 0; n < 130; n++) resources.push(thing(n, n > 0 ? { dependencies: [urn(n - 1)] } : {}));
  await check();
  (resources[3] as ResourceState).outputs = { computed: "ü" };
  (resources[64] as ResourceState).delete = true;
  await check();
  resources.splice(50, 1);
  resources.push(thing(500));
  await check();
  resources[0] = thing(0, { urn: urn("renamed"), aliases: [urn(0)] });
  await check();
  (resources[3] as ResourceState).outputs = {};
  await check();
});
