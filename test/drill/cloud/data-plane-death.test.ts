import { mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import readline from "node:readline";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ended, spawnNode } from "../../../drill/process/leash";
import { eventually } from "./eventually";
import { temporaryFolder } from "./folder";

const ROOT = path.join(__dirname, "..", "..", "..");
let folder: ReturnType<typeof temporaryFolder>;

beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

test("a cloud whose load balancers died ends with the reason, and a new one starts on its folder", async () => {
  const directory = path.join(folder.directory, "cloud");
  const images = path.join(folder.directory, "images");
  mkdirSync(images);
  const start = async () => {
    const child = spawnNode(
      path.join(ROOT, "drill/cloud/main.ts"),
      ["--directory", directory, "--images", images],
      {
        cwd: ROOT,
        nodeArguments: ["--require", "tsx/cjs", "--require", path.join(__dirname, "end-threads.cjs")],
      },
    );
    let errors = "";
    child.stderr?.on("data", (text) => {
      errors += text;
    });
    const lines = readline.createInterface({ input: child.stdout as NodeJS.ReadableStream });
    await Promise.race([
      new Promise((done) => lines.once("line", done)),
      ended(child).then((code) => {
        throw new Error(`ended with ${code}: ${errors}`);
      }),
    ]);
    return { child, errors: () => errors };
  };

  const first = await start();
  first.child.kill("SIGUSR2");
  expect(await ended(first.child)).toBe(1);
  const reason = "The thread of the load balancers ended: exit code 1";
  await eventually(first.errors).toBe(`${reason}\n`);
  const last = readFileSync(path.join(directory, "cloud.log"), "utf8").trim().split("\n").at(-1) ?? "";
  expect(JSON.parse(last)).toMatchObject({ message: "died", reason });

  const second = await start();
  second.child.kill("SIGTERM");
  expect(await ended(second.child)).toBe(0);
});
