import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openRegistry } from "../../../drill/cloud/images/registry";
import { temporaryFolder } from "./folder";

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

const PROGRAM = "console.log('orders')";
const DIGEST = createHash("sha256").update(PROGRAM).digest("hex");

function publish(content: string): string {
  const file = path.join(folder.directory, "example.com/shop/orders", `${DIGEST}.cjs`);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, content);
  return file;
}

test("gives the program whose content is what the digest promises", async () => {
  const file = publish(PROGRAM);
  expect(await openRegistry(folder.directory).pull(`example.com/shop/orders@sha256:${DIGEST}`)).toBe(file);
});

test("refuses a program that was altered after it was published", async () => {
  publish(`${PROGRAM}; steal()`);
  await expect(
    openRegistry(folder.directory).pull(`example.com/shop/orders@sha256:${DIGEST}`),
  ).rejects.toThrow(/not what the digest promises/);
});

test.each([
  "example.com/shop/orders:4.0.0",
  `../secrets@sha256:${DIGEST}`,
  "example.com/shop/orders@sha256:123",
])("refuses %s as a reference", async (reference) => {
  await expect(openRegistry(folder.directory).pull(reference)).rejects.toThrow(/InvalidImageName/);
});

test("says when there is no such program", async () => {
  await expect(openRegistry(folder.directory).pull(`nobody/nothing@sha256:${DIGEST}`)).rejects.toThrow(
    /manifest unknown/,
  );
});
