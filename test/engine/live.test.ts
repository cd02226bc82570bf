import { expect, it } from "vitest";
import type { EngineEvent } from "../../engine/display/events";
import { LiveDisplay } from "../../engine/display/live";

it("shows a tree in a terminal: every resource once, below its parent, in its last state", () => {
  let screen = "";
  const terminal = { write: (text: string) => (screen += text), columns: 80, rows: 24 };
  const display = new LiveDisplay(
    {
      kind: "update",
      preview: false,
      stack: "dev",
      showSecrets: false,
      showSames: false,
      diff: false,
      suppressOutputs: false,
      suppressProgress: false,
    },
    (line) => terminal.write(`${line}\n`),
    terminal,
  );
  const stack = "urn:pulumi:dev::shop::pulumi:pulumi:Stack::shop-dev";
  const event = (type: string, urn: string, parent: string): EngineEvent =>
    ({
      type,
      planning: false,
      metadata: {
        op: "create",
        urn,
        type: urn.split("::")[2],
        new: { parent, outputs: {}, inputs: {} },
        diffs: undefined,
        detailedDiff: undefined,
      },
    }) as unknown as EngineEvent;
  display.listen(event("resourcePre", stack, ""));
  for (const name of ["a", "b"])
    for (const type of ["resourcePre", "resOutputs"])
      display.listen(event(type, `urn:pulumi:dev::shop::test:index:Thing::${name}`, stack));
  expect(display.lines()).toEqual([
    " +  pulumi:pulumi:Stack  shop-dev  creating",
    " +  ├─ test:index:Thing  a  created",
    " +  └─ test:index:Thing  b  created",
  ]);
  display.finish();
  expect(screen.match(/Thing {2}a/g)).toHaveLength(1);
});
