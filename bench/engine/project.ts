import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const PROGRAM = `"use strict";
const pulumi = require("@pulumi/pulumi");
class Thing extends pulumi.CustomResource {
  constructor(name, inputs) {
    super("bench:index:Thing", name, { computed: undefined, ...inputs });
  }
}
const count = Number(process.env.BENCH_RESOURCES);
let previous;
for (let i = 0; i < count; i++) {
  const thing = new Thing("thing-" + i, {
    name: "thing-" + i,
    labels: { app: "bench", tier: String(i % 5), owner: "team" },
    ports: [80, 443, i],
    previous: i % 10 === 0 ? undefined : previous.urn,
  });
  previous = thing;
}
`;
const pack = (name: string): string => `"use strict";
const { PolicyPack } = require("@pulumi/policy");
new PolicyPack("${name}", {
  policies: Array.from({ length: 10 }, (_, i) => ({
    name: "rule-" + i,
    description: "A rule.",
    enforcementLevel: "mandatory",
    validateResource: ({ props }, report) => {
      if (props.labels && props.labels.app !== "bench") report("wrong label");
    },
  })),
});
`;

export interface BenchProject {
  directory: string;
  environment: NodeJS.ProcessEnv;
  remove(): void;
}

/** A project with a program of BENCH_RESOURCES resources and two policy packs, in a temporary folder. */
export function makeProject(provider: string): BenchProject {
  const root = mkdtempSync(join(tmpdir(), "bench-engine-"));
  const directory = join(root, "project");
  for (const folder of ["project/one", "project/two", "state", "home"])
    mkdirSync(join(root, folder), { recursive: true });
  const write = (file: string, content: string): void => writeFileSync(join(directory, file), content);
  write("Pulumi.yaml", "name: bench\nruntime: {name: nodejs, options: {typescript: false}}\n");
  write("package.json", JSON.stringify({ name: "bench", version: "1.0.0", main: "index.js" }));
  write("index.js", PROGRAM);
  for (const name of ["one", "two"]) {
    write(`${name}/PulumiPolicy.yaml`, "runtime: nodejs\n");
    write(`${name}/package.json`, JSON.stringify({ name, version: "1.0.0", main: "index.js" }));
    write(`${name}/index.js`, pack(name));
  }
  symlinkSync(resolve(__dirname, "../../node_modules"), join(directory, "node_modules"));
  return {
    directory,
    environment: {
      ...process.env,
      PULUMI_HOME: join(root, "home"),
      PULUMI_BACKEND_URL: `file://${join(root, "state")}`,
      PULUMI_CONFIG_PASSPHRASE: "bench",
      PULUMI_DEBUG_PROVIDERS: `bench:${provider.split(":")[1]}`,
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}
