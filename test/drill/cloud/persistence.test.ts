import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openVault } from "../../../drill/cloud/persistence/vault";
import { temporaryFolder } from "./folder";

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

test("documents are there after a restart, whatever their key is made of", () => {
  const keys = ["plain", "a/b:c", "A", "a", "größe", "x".repeat(300), `${"x".repeat(300)}y`];
  const things = folder.open().persistence.collection<{ key: string }>("things");
  for (const key of keys) things.set(key, { key });
  things.delete("A");
  const again = folder.open().persistence.collection<{ key: string }>("things");
  expect([...again.entries()].map(([key, document]) => [key, document.key]).sort()).toEqual(
    keys
      .filter((key) => key !== "A")
      .map((key) => [key, key])
      .sort(),
  );
});

test("what a killed process wrote half is not read, and is cleared away", () => {
  const things = folder.open().persistence.collection<number>("things");
  things.set("one", 1);
  const place = path.join(folder.directory, "part/documents/things");
  writeFileSync(path.join(place, "two.json.1234.0.new"), '{"key":"two","docu');
  expect([...folder.open().persistence.collection("things").entries()]).toEqual([["one", 1]]);
  expect(readdirSync(place)).toHaveLength(1);
});

test("sealed texts open with the folder's key alone, which only its owner reads", () => {
  const vault = openVault(folder.directory);
  const sealed = vault.seal("s3cret");
  expect(sealed).not.toContain("s3cret");
  expect(vault.seal("s3cret")).not.toBe(sealed);
  expect(openVault(folder.directory).open(sealed)).toBe("s3cret");
  expect(statSync(path.join(folder.directory, "key")).mode & 0o777).toBe(0o600);
  const altered = Buffer.from(sealed.slice("sealed:".length), "base64");
  altered[altered.length - 1] = (altered[altered.length - 1] ?? 0) ^ 1;
  expect(() => vault.open(`sealed:${altered.toString("base64")}`)).toThrow();
  expect(() => vault.open("s3cret")).toThrow(/not sealed/);
  writeFileSync(path.join(folder.directory, "key"), "short");
  expect(() => openVault(folder.directory)).toThrow(/is not a key/);
  expect(readFileSync(path.join(folder.directory, "key"), "utf8")).toBe("short");
});

test("a port stays the same unless another program has taken it", async () => {
  const first = await folder.open().ports.choose("database/orders");
  expect(await folder.open().ports.choose("database/orders")).toBe(first);
  const squatter = createServer();
  await new Promise<void>((done) => squatter.listen(first, "127.0.0.1", done));
  const second = await folder.open().ports.choose("database/orders");
  expect(second).not.toBe(first);
  await new Promise((done) => squatter.close(done));
  expect(await folder.open().ports.choose("database/orders")).toBe(second);
});
