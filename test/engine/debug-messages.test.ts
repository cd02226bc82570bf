import { expect, it } from "vitest";
import { TIME, withProject } from "./fixtures/setting";

const setting = withProject((project) => {
  project.program(`
const { EngineClient } = require("@pulumi/pulumi/proto/engine_grpc_pb");
const { log } = EngineClient.prototype;
let messages = 0;
EngineClient.prototype.log = function (...call) { messages += 1; return log.apply(this, call); };
new Thing("a").urn.apply(async () => {
  await pulumi.log.debug("for those who look closely");
  await pulumi.log.info("crossed the wire: " + messages);
});
`);
});
const crossed = (output: string): number => Number(/crossed the wire: (\d+)/.exec(output)?.[1]);

it(
  "debug messages of a program are shown with --debug, and stay in the program without",
  async () => {
    const quiet = await setting.project.up();
    expect(quiet.exit).toBe(0);
    expect(quiet.output).not.toContain("for those who look closely");
    expect(crossed(quiet.output)).toBe(0);

    const debugging = await setting.project.up("--debug");
    expect(debugging.output).toContain("debug: for those who look closely");
    expect(debugging.output).toContain("Registering resource");
    expect(crossed(debugging.output)).toBeGreaterThan(3);
  },
  TIME,
);
