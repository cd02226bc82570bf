import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { digestOf } from "../../../jobs/frame/evidence";
import { conclude, type Step } from "../../../jobs/frame/result";
import { type ObjectStorage, startObjectStorage } from "../support/object-storage";
import { tryStep } from "../support/run";

let storage: ObjectStorage;
beforeAll(async () => {
  storage = await startObjectStorage();
});
afterAll(() => storage.close());

const passing: Step = async () =>
  conclude({ checks: [{ name: "fine", holds: true }], passed: "fine", failed: "" });
const failing: Step = async () =>
  conclude({ checks: [{ name: "broken", holds: false }], passed: "", failed: "not fine" });

describe("evidence", () => {
  test("names the digest of the document before it", async () => {
    const first = await tryStep({ step: "precheck", work: passing, storage });
    const second = await tryStep({
      step: "backup",
      work: passing,
      storage,
      variables: { EVIDENCE_PREVIOUS: "precheck", BACKUP_BUCKET: "b", BACKUP_PREFIX: "p" },
    });
    expect([first.evidence.previous, second.evidence.previous]).toEqual([null, digestOf(first.bytes)]);
    expect(second.evidence).toMatchObject({
      version: 1,
      step: "backup",
      stack: "test",
      release: "4.0.0",
      attempt: 1,
    });
  });

  test("of an earlier attempt counts while this one has none of its own", async () => {
    await tryStep({ step: "baseline", work: passing, storage, variables: { PUBLIC_URL: "http://shop" } });
    const next = { ATTEMPT: "3", EVIDENCE_PREFIX: "test/4.0.0/3", EVIDENCE_PREVIOUS: "baseline" };
    expect((await tryStep({ step: "migrate", work: passing, storage, variables: next })).code).toBe(0);
  });

  test.each([
    [
      "is missing",
      async () => void storage.objects.delete("evidence/test/4.0.0/1/verify.json"),
      /evidence of verify is missing/,
    ],
    [
      "failed",
      async () => void (await tryStep({ step: "verify", work: failing, storage })),
      /verify did not pass/,
    ],
    [
      "was altered beyond reading",
      async () => void storage.objects.set("evidence/test/4.0.0/1/verify.json", Buffer.from("{")),
      /not usable/,
    ],
  ])("stops a step whose document before it %s, without doing its work", async (_what, arrange, message) => {
    await arrange();
    let worked = false;
    const { code, evidence } = await tryStep({
      step: "drain",
      work: async (context) => {
        worked = true;
        return passing(context);
      },
      storage,
      variables: { EVIDENCE_PREVIOUS: "verify" },
    });
    expect([code, worked]).toEqual([1, false]);
    expect(evidence.summary).toMatch(message);
  });

  test("is written although the step broke, without its secrets, and the stack trace goes to the log only", async () => {
    const { code, evidence, bytes, lines } = await tryStep({
      step: "report",
      work: async () => {
        throw new TypeError("cannot read postgresql://reader:s3cret-pass@db/shop");
      },
      storage,
      variables: { DATABASE_URL: "postgresql://reader:s3cret-pass@127.0.0.1:1/shop" },
    });
    expect([code, evidence.verdict]).toEqual([1, "failed"]);
    expect(bytes.toString() + lines.join("\n")).not.toContain("s3cret-pass");
    expect(bytes.toString()).not.toContain("at ");
    expect(lines.join("\n")).toContain("TypeError");
  });

  test("says that the step was stopped when the platform asked for it", async () => {
    const stopping = new AbortController();
    const { code, evidence } = await tryStep({
      step: "drain",
      storage,
      signal: stopping.signal,
      work: ({ signal }) =>
        new Promise((_done, fail) => {
          signal.addEventListener("abort", () => fail(signal.reason));
          stopping.abort();
        }),
    });
    expect([code, evidence.summary]).toEqual([1, expect.stringContaining("stopped by SIGTERM")]);
  });

  test("survives a storage that is busy for a moment", async () => {
    storage.failNext(2);
    expect((await tryStep({ step: "report", work: passing, storage })).code).toBe(0);
  });
});
