import { expect, it } from "vitest";
import { document, runProgram, stackConfiguration } from "./program";

it("registers", async () => {
  const evidence = Object.fromEntries(
    ["precheck", "backup", "restore-check", "baseline", "migrate", "verify", "switched"].map((s) => [
      `dev/4.0.0/1/${s}.json`,
      document(s, "4.0.0", 1),
    ]),
  );
  for (const strategy of ["blue-green", "maintenance"])
    for (const phase of ["steady", "prepared", "migrated", "staged", "live", "complete", "reverted"]) {
      const t = Date.now();
      const up = await runProgram(
        "dev",
        stackConfiguration("dev", {
          phase,
          strategy,
          release: phase === "steady" ? { current: "3.2.0" } : { current: "3.2.0", next: "4.0.0" },
          confirm: ["complete 4.0.0"],
        }),
        evidence,
      );
      console.log(
        strategy,
        phase,
        up.resources.length,
        Date.now() - t,
        up.resources
          .filter((r) => /batch.*Job$|rds|Deployment/.test(r.type))
          .map(
            (r) => `${r.name}${r.type.endsWith("Deployment") ? `=${(r.inputs.spec as any).replicas}` : ""}`,
          )
          .join(" "),
      );
    }
  expect(1).toBe(1);
});
