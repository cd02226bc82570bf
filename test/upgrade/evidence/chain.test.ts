import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CHAIN } from "../../../infra/phases";
import { digestOf, type StoredDocument } from "../../../upgrade/evidence/bucket";
import { verifyChain } from "../../../upgrade/evidence/chain";

const AT = Date.parse("2026-11-10T06:00:00.000Z");

function stored(
  step: string,
  previous: string | null,
  more: object = {},
  attempt = 1,
  minute = 0,
): StoredDocument {
  const finishedAt = new Date(AT + minute * 60_000).toISOString();
  const body = `${JSON.stringify({ version: 1, step, stack: "staging", release: "4.0.0", attempt, verdict: "passed", startedAt: finishedAt, finishedAt, summary: `${step} holds`, checks: [], figures: {}, inputs: {}, previous, ...more }, null, 2)}\n`;
  return {
    key: `staging/4.0.0/${attempt}/${step}.json`,
    body,
    digest: digestOf(body),
    storedAt: new Date(finishedAt),
  };
}

/** A whole upgrade, with a document outside the chain. */
function upgrade(): StoredDocument[] {
  const documents: StoredDocument[] = [stored("install", null)];
  let previous: string | null = null;
  for (const [index, step] of CHAIN.entries()) {
    const one = stored(step, previous, {}, 1, index);
    documents.push(one);
    previous = one.digest;
  }
  return documents;
}

const recordedOf = (documents: readonly StoredDocument[]): Record<string, string> =>
  Object.fromEntries(documents.map(({ key, digest }) => [key, digest]));

const alter = (one: StoredDocument, change: (body: Buffer) => Buffer): StoredDocument => {
  const bytes = change(Buffer.from(one.body));
  return { ...one, body: bytes.toString("utf8"), digest: digestOf(bytes) };
};

describe("evidence verify", () => {
  it("passes a whole upgrade, and says what holds each document fast", () => {
    const documents = upgrade();
    const found = verifyChain(documents, recordedOf(documents));
    expect(found).toMatchObject({ verdict: "passed", broken: [] });
    expect(found.documents.find(({ key }) => key.endsWith("/verify.json"))?.heldBy).toEqual([
      "state",
      "staging/4.0.0/1/switched.json",
    ]);
  });

  it("detects one altered byte in any document and names it", () => {
    const documents = upgrade();
    const recorded = recordedOf(documents);
    fc.assert(
      fc.property(
        fc.nat(documents.length - 1),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (which, place, by) => {
          const altered = documents.map((one, index) =>
            index === which
              ? alter(one, (body) => {
                  const position = place % body.length;
                  body[position] = ((body[position] ?? 0) + by) % 256;
                  return body;
                })
              : one,
          );
          const { verdict, broken } = verifyChain(altered, recorded);
          expect(verdict).toBe("failed");
          expect(broken.map(({ key }) => key)).toContain(documents[which]?.key);
        },
      ),
      { numRuns: 300 },
    );
  });

  it("detects by the chain alone what the state no longer knows, in every document but the last", () => {
    const chain = upgrade().slice(1);
    for (const [index, document] of chain.slice(0, -1).entries()) {
      const altered = chain.map((one) =>
        one === document ? alter(one, (body) => Buffer.from(body.toString().replace("holds", "h0lds"))) : one,
      );
      const { broken } = verifyChain(altered, {});
      expect(broken.map(({ key }) => key)).toEqual([chain[index]?.key]);
    }
  });

  it("detects a removed document, and one that lies in another's place", () => {
    const documents = upgrade();
    const recorded = recordedOf(documents);
    expect(verifyChain(documents.slice(1), recorded).broken).toEqual([
      { key: "staging/4.0.0/1/install.json", problem: "it was removed; the stack read it back" },
    ]);
    const moved = documents.map((one) =>
      one.key.endsWith("/backup.json") ? { ...one, key: one.key.replace("4.0.0/1", "4.0.0/2") } : one,
    );
    expect(verifyChain(moved, {}).broken[0]?.problem).toMatch(/attempt 1/);
  });

  it("accepts a later attempt that repeats only some of the steps", () => {
    const first = upgrade().slice(1, 6);
    const migrate = first.at(-1) as StoredDocument;
    const documents = [...first, stored("verify", migrate.digest, {}, 2, 20)];
    expect(verifyChain(documents, recordedOf(documents)).verdict).toBe("passed");
  });

  it("accepts a step that ran again after its successor", () => {
    const documents = upgrade().slice(0, 8);
    const again = documents.map((one) =>
      one.key.endsWith("/migrate.json")
        ? stored("migrate", documents[4]?.digest ?? null, { summary: "again" }, 1, 60)
        : one,
    );
    expect(verifyChain(again, recordedOf(again)).verdict).toBe("passed");
  });
});
