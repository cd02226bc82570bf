import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { readEnvironment } from "../../../jobs/frame/environment";
import { readParameters } from "../../../jobs/frame/parameters";
import { EnvironmentProblem } from "../../../jobs/frame/problems";
import { blot, secretsOf } from "../../../jobs/frame/secrets";
import { SURROUNDINGS } from "../support/run";

const problemsOf = (work: () => unknown): readonly string[] => {
  try {
    work();
    return [];
  } catch (problem) {
    if (problem instanceof EnvironmentProblem) return problem.problems;
    throw problem;
  }
};

describe("the environment of a Job", () => {
  test("is read once and typed", () => {
    const environment = readEnvironment("verify", {
      ...SURROUNDINGS,
      MODULE_ORDERS_WORKER_URL: "http://orders:8080/",
      ROLE_PASSWORD_APP_4_0_0: "secret",
    });
    expect(environment).toMatchObject({ stack: "test", attempt: 1, nextRelease: "4.0.0" });
    expect([...environment.moduleUrls]).toEqual([["orders-worker", "http://orders:8080"]]);
    expect([...environment.rolePasswords]).toEqual([["app_4_0_0", "secret"]]);
  });

  test("everything wrong with it is named at once, and no value is shown", () => {
    const problems = problemsOf(() =>
      readEnvironment("backup", {
        ...SURROUNDINGS,
        ATTEMPT: "0",
        DATABASE_URL: "postgresql://migrator:hunter22@db.example.com/shop",
        MODULE_ORDERS_URL: "orders",
        EVIDENCE_PREVIOUS: "lunch",
      }),
    );
    expect(problems.join("\n")).toMatch(/ATTEMPT.*EVIDENCE_PREVIOUS.*BACKUP_BUCKET.*MODULE_ORDERS_URL/s);
    expect(problems.join("\n")).toMatch(/DATABASE_URL: must carry sslmode=verify-full/);
    expect(problems.join("\n")).not.toContain("hunter22");
  });

  test("an empty variable is none", () => {
    expect(
      readEnvironment("precheck", { ...SURROUNDINGS, RELEASE_NEXT: "", EVIDENCE_PREVIOUS: "" }),
    ).toMatchObject({
      nextRelease: undefined,
      evidence: { previous: undefined },
    });
  });
});

describe("the parameters of a Job", () => {
  test("have defaults, and keep what belongs to others", () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), "order-upgrade-parameters-"));
    const file = path.join(folder, "parameters.json");
    writeFileSync(file, JSON.stringify({ soak: { period: 5 }, migration: { parallel: 3 } }));
    const parameters = readParameters(file);
    expect([parameters.soak.period, parameters.migration, parameters.backup.parallel]).toEqual([
      5,
      { parallel: 3 },
      2,
    ]);
    writeFileSync(file, JSON.stringify({ soak: { period: "5m" }, backup: { parallel: 99 } }));
    expect(problemsOf(() => readParameters(file)).join("\n")).toMatch(/backup.parallel.*soak.period/s);
    rmSync(folder, { recursive: true });
  });
});

describe("secrets", () => {
  test("passwords, keys and passwords inside URLs are blotted out of everything", () => {
    const secrets = secretsOf({
      DATABASE_URL: "postgresql://migrator:p%40ss-word@db/shop",
      ROLE_PASSWORD_READER: "reader-secret",
      AWS_SECRET_ACCESS_KEY: "very/secret",
      STACK: "production",
    });
    const text = blot(
      "p%40ss-word p@ss-word reader-secret very/secret production https://a:bcdef@host/",
      secrets,
    );
    expect(text).toBe("[secret] [secret] [secret] [secret] production https://a:[secret]@host/");
  });
});
