import { execFileSync, spawnSync } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const ROOT = path.join(__dirname, "..", "..");

describe("a program in TypeScript", () => {
  let folder: string;
  const cache = () => path.join(folder, "node_modules", ".cache", "start");
  const write = (name: string, text: string): void => writeFileSync(path.join(folder, name), text);
  const run = (): string =>
    execFileSync(process.execPath, ["main.js"], { cwd: folder, encoding: "utf8" }).trim();

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "start "));
    cpSync(path.join(ROOT, "start"), path.join(folder, "start"), { recursive: true });
    mkdirSync(path.join(folder, "node_modules"));
    for (const name of ["esbuild", "@esbuild"])
      symlinkSync(path.join(ROOT, "node_modules", name), path.join(folder, "node_modules", name));
    write("main.js", `require("./start/typescript.cjs"); console.log(require("./part").greeting("shop"));`);
    write("part.ts", "export const greeting = (name: string): string => ['hello', name].join(' ');");
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("runs without a build step", () => {
    expect(run()).toBe("hello shop");
  });

  it("runs without its compiler as long as nothing has changed", () => {
    run();
    rmSync(path.join(folder, "node_modules", "esbuild"));
    expect(run()).toBe("hello shop");
  });

  it("runs what the source says now, not what it said before", () => {
    run();
    write("part.ts", "export const greeting = (name: string): string => ['bye,', name].join(' ');");
    expect(run()).toBe("bye, shop");
  });

  it("runs when what was kept is damaged, and keeps it anew", () => {
    run();
    const [kept] = readdirSync(cache());
    writeFileSync(path.join(cache(), kept as string), "damaged");
    expect(run()).toBe("hello shop");
    rmSync(path.join(folder, "node_modules", "esbuild"));
    expect(run()).toBe("hello shop");
  });

  it("runs where nothing can be kept", () => {
    mkdirSync(path.join(folder, "node_modules", ".cache"));
    writeFileSync(cache(), "a file in the way");
    expect(run()).toBe("hello shop");
  });

  describe("with an installed package", () => {
    const installed = () => path.join(folder, "node_modules", "shop", "index.js");
    const PROGRAM = `require("./start/typescript.cjs"); console.log(require("shop"));`;
    const TELLING = `const fs = require("node:fs"); const read = fs.readFileSync; let files = [];
      fs.readFileSync = (file, ...rest) => { files.push(String(file)); return read(file, ...rest); };
      ${PROGRAM} console.log(files.some((file) => file.endsWith("shop/index.js")) ? "read" : "kept");`;
    beforeEach(() => {
      mkdirSync(path.dirname(installed()));
      writeFileSync(installed(), `module.exports = "open";`);
      write("main.js", PROGRAM);
    });

    it("does not read its files again while they are the same", () => {
      write("main.js", TELLING);
      expect([run(), run()]).toEqual(["open\nread", "open\nkept"]);
    });

    it("reads a file once more when it was written again with the same text, and not on each start", () => {
      write("main.js", TELLING);
      run();
      writeFileSync(installed(), `module.exports = "open";`);
      expect([run(), run()]).toEqual(["open\nread", "open\nkept"]);
    });

    it("reads a file that was replaced by one of the same size and time", () => {
      const long = new Date(499_162_500_000);
      utimesSync(installed(), long, long);
      expect(run()).toBe("open");
      writeFileSync(installed(), `module.exports = "shut";`);
      utimesSync(installed(), long, long);
      expect(run()).toBe("shut");
    });

    describe("that npm put there", () => {
      const LOOKED = `const Module = require("node:module"); const find = Module._findPath; let looked = 0;
        Module._findPath = (request, ...rest) => { looked += request === "./prices" ? 1 : 0; return find(request, ...rest); };
        ${PROGRAM} console.log(looked === 0 ? "known" : "looked for");`;
      const prices = (name: string) => path.join(path.dirname(installed()), name);
      const install = (): void =>
        writeFileSync(path.join(folder, "node_modules", ".package-lock.json"), String(Math.random()));

      beforeEach(() => {
        install();
        writeFileSync(installed(), `module.exports = require("./prices");`);
        writeFileSync(prices("prices.json"), `"cheap"`);
        write("main.js", LOOKED);
      });

      it("does not look for its files again until the next installation", () => {
        expect([run(), run()]).toEqual(["cheap\nlooked for", "cheap\nknown"]);
        writeFileSync(prices("prices.js"), `module.exports = "dear";`);
        install();
        expect([run(), run()]).toEqual(["dear\nlooked for", "dear\nknown"]);
      });

      it("looks for a file that is not where it was", () => {
        run();
        rmSync(prices("prices.json"));
        mkdirSync(prices("prices"));
        writeFileSync(path.join(prices("prices"), "index.js"), `module.exports = "moved";`);
        expect(run()).toBe("moved\nlooked for");
      });

      it("looks each time where nothing tells of installations", () => {
        rmSync(path.join(folder, "node_modules", ".package-lock.json"));
        expect([run(), run()]).toEqual(["cheap\nlooked for", "cheap\nlooked for"]);
      });
    });

    it("does without a package that was taken away", () => {
      expect(run()).toBe("open");
      rmSync(path.dirname(installed()), { recursive: true });
      expect(run).toThrow("Cannot find module 'shop'");
    });
  });

  it("names the file and the line of a mistake", () => {
    write("part.ts", "export const greeting = (name: string: string => name;");
    const { status, stderr } = spawnSync(process.execPath, ["main.js"], { cwd: folder, encoding: "utf8" });
    expect(status).not.toBe(0);
    expect(stderr).toMatch(/part\.ts:1:/);
  });

  it("gives each module its own place and its own require", () => {
    write(
      "part.ts",
      `import path from "node:path";
       export const greeting = () => [path.basename(__filename), require.resolve("./part") === __filename, module.id === __filename].join();`,
    );
    expect(run()).toBe("part.ts,true,true");
  });
});

describe("what the SDK requires at its start", () => {
  let folder: string;
  const sdk = () => path.join(folder, "node_modules", "@pulumi", "pulumi");
  const run = (text: string): string => {
    writeFileSync(path.join(sdk(), "run.js"), text);
    const late = path.join(ROOT, "start", "lazy-modules.cjs");
    return execFileSync(process.execPath, ["--require", late, path.join(sdk(), "run.js")], {
      cwd: folder,
      encoding: "utf8",
    }).trim();
  };

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "late "));
    for (const name of ["typescript", "ts-node"]) {
      mkdirSync(path.join(folder, "node_modules", name), { recursive: true });
      writeFileSync(
        path.join(folder, "node_modules", name, "package.json"),
        JSON.stringify({ name, version: "9.8.7", main: "index.js" }),
      );
    }
    mkdirSync(sdk(), { recursive: true });
    const say = (name: string) => `process.stdout.write("${name} loaded;");`;
    const module = (name: string) => path.join(folder, "node_modules", name, "index.js");
    writeFileSync(module("typescript"), `${say("typescript")} exports.version = "9.8.7"; exports.sys = {};`);
    writeFileSync(
      module("ts-node"),
      `${say("loader")} exports.register = () => { require.extensions[".ts"] = (module) => { module.exports = "by the loader"; }; };`,
    );
    writeFileSync(path.join(folder, "program.ts"), "");
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("tells its version without being loaded", () => {
    expect(run(`console.log(require("typescript").version)`)).toBe("9.8.7");
    expect(run(`console.log(typeof require("typescript").sys)`)).toBe("typescript loaded;object");
  });

  it("loads a program in TypeScript with the SDK's loader as soon as there is one", () => {
    const program = `require("ts-node").register({ skipProject: true }); console.log(require("../../../program"), require("../../../program.ts"));`;
    expect(run(program)).toBe("loader loaded;by the loader by the loader");
  });

  it("leaves the SDK's loader alone when the program brings its own", () => {
    const own = `require.extensions[".ts"] = (module) => { module.exports = "by its own"; };`;
    const program = `require("ts-node").register({ skipProject: true }); ${own} console.log(require("../../../program"));`;
    expect(run(program)).toBe("by its own");
  });

  it("leaves tracing and the Automation API alone until they are used", () => {
    const tracing = path.join(folder, "node_modules", "@opentelemetry", "resources");
    const api = path.join(sdk(), "automation");
    for (const [place, say] of [
      [tracing, "tracing"],
      [api, "automation"],
    ] as const) {
      mkdirSync(place, { recursive: true });
      writeFileSync(
        path.join(place, "index.js"),
        `process.stdout.write("${say} loaded;"); exports.__esModule = true; exports.kind = "${say}";`,
      );
    }
    const both = `const tracing = require("@opentelemetry/resources"), automation = require("./automation");`;
    expect(run(`${both} console.log("nothing");`)).toBe("nothing");
    expect(run(`${both} console.log(automation.kind, tracing.kind);`)).toBe(
      "automation loaded;tracing loaded;automation tracing",
    );
  });

  it("registers at once where a tsconfig.json may name JavaScript too", () => {
    expect(run(`require("ts-node").register({ skipProject: false })`)).toBe("loader loaded;");
  });
});

describe("V8's debugger", () => {
  const late = ["--require", path.join(ROOT, "start", "lazy-modules.cjs")];
  const run = (preloaded: readonly string[], text: string): string => {
    const folder = mkdtempSync(path.join(tmpdir(), "debugger "));
    try {
      symlinkSync(path.join(ROOT, "node_modules"), path.join(folder, "node_modules"));
      writeFileSync(path.join(folder, "main.js"), text);
      return execFileSync(process.execPath, [...preloaded, "main.js"], { cwd: folder, encoding: "utf8" });
    } finally {
      rmSync(folder, { recursive: true });
    }
  };

  it("is not attached to a program that takes no function apart", () => {
    const program = `require("@pulumi/pulumi/runtime").serializeFunction.name;
      console.log(Object.keys(require.cache).filter((file) => /v8Hooks/.test(file)).length);`;
    expect(run(late, program)).toBe("0\n");
  });

  it("takes functions apart when it is asked to, as the SDK's own does", () => {
    const program = `const { runtime } = require("@pulumi/pulumi"); const path = require("path");
      const price = { cents: 4711 };
      const part = (amount) => amount * price.cents + path.sep.length;
      runtime.serializeFunction(() => part(2)).then(({ text }) => console.log(text));`;
    const text = run(late, program);
    expect(text).toBe(run([], program));
    expect(text).toContain("4711");
  });
});
