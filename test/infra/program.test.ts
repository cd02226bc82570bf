import { expect, it } from "vitest";
import { runProgram, stackConfiguration } from "./program";

it("registers", async () => {
  const { resources, outputs } = await runProgram("dev", stackConfiguration("dev"));
  console.log(resources.map((r) => `${r.type} ${r.name}`).join("\n"));
  console.log(Object.keys(outputs));
  const up = await runProgram(
    "dev",
    stackConfiguration("dev", { phase: "prepared", release: { current: "3.2.0", next: "4.0.0" } }),
  );
  console.log(
    up.resources
      .filter((r) => /Job|rds/.test(r.type))
      .map((r) => `${r.type} ${r.name}`)
      .join("\n"),
  );
  expect(1).toBe(1);
});
