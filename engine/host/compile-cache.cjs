// Loaded into every process the engine starts: keeps what V8 made of the packages' code, so that the next run need not
// compile it again. One file for programs and one for packs, in node_modules/.cache/offline-engine; code is known by its content,
// and V8 refuses what another version of it has written. Only files below node_modules are kept.
"use strict";
const { createHash } = require("node:crypto");
const { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } = require("node:fs");
const Module = require("node:module");
const { dirname, join, sep } = require("node:path");
const vm = require("node:vm");

const LARGEST = 96 * 1024 * 1024;
/** A pack is killed at the end, so its code is saved once it has stopped loading. */
const QUIET = 1000;

const loader = vm.constants?.USE_MAIN_CONTEXT_DEFAULT_LOADER;
const folder = cacheFolder();
const debugged = process.execArgv.some((argument) => argument.startsWith("--inspect"));
if (loader !== undefined && folder !== undefined && !debugged) install();

function cacheFolder() {
  for (let at = __dirname; ; at = dirname(at)) {
    const modules = join(at, "node_modules");
    if (existsSync(modules)) return join(modules, ".cache", "offline-engine");
    if (dirname(at) === at) return undefined;
  }
}

function install() {
  const who = createHash("sha256")
    .update([process.version, process.arch, process.argv[1]].join("\0"))
    .digest("hex");
  const file = join(folder, `code-${who.slice(0, 24)}.bin`);
  const known = read(file);
  /** Scripts of this run that the file does not hold. */
  const fresh = new Map();
  let timer;

  const save = () => {
    clearTimeout(timer);
    timer = undefined;
    if (fresh.size === 0) return;
    for (const [name, { hash, script }] of fresh) known.set(name, { hash, data: script.createCachedData() });
    fresh.clear();
    write(file, known);
  };
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(save, QUIET).unref();
  };
  process.once("exit", save);

  const compile = Module.prototype._compile;
  Module.prototype._compile = function (content, filename, ...rest) {
    if (!filename.includes(`${sep}node_modules${sep}`) || (rest[0] !== undefined && rest[0] !== "commonjs"))
      return compile.call(this, content, filename, ...rest);
    const hash = createHash("sha1").update(content).digest("latin1");
    const cached = known.get(filename);
    const cachedData = cached?.hash === hash ? cached.data : undefined;
    let script;
    try {
      script = new vm.Script(Module.wrap(content.replace(/^#!.*/, "")), {
        filename,
        cachedData,
        importModuleDynamically: loader,
      });
    } catch {
      // Not what it looks like: node knows what to do, or what to say.
      return compile.call(this, content, filename, ...rest);
    }
    if (cachedData === undefined || script.cachedDataRejected) {
      fresh.set(filename, { hash, script });
      later();
    }
    const run = script.runInThisContext();
    return run.call(this.exports, this.exports, requireOf(this), this, filename, dirname(filename));
  };
}

/** What node gives a module as `require`. */
function requireOf(module) {
  const require = (id) => module.require(id);
  require.resolve = (request, options) => Module._resolveFilename(request, module, false, options);
  require.resolve.paths = (request) => Module._resolveLookupPaths(request, module);
  require.main = process.mainModule;
  require.extensions = Module._extensions;
  require.cache = Module._cache;
  return require;
}

/** The file: length of the index, the index as JSON, then the data of each script. */
function read(file) {
  const known = new Map();
  try {
    const bytes = readFileSync(file);
    const length = bytes.readUInt32LE(0);
    let at = 4 + length;
    for (const [name, hash, size] of JSON.parse(bytes.toString("utf8", 4, at))) {
      known.set(name, { hash, data: bytes.subarray(at, at + size) });
      at += size;
    }
    if (at !== bytes.length) known.clear();
  } catch {
    known.clear();
  }
  return known;
}

function write(file, known) {
  let entries = [...known];
  if (entries.reduce((sum, [, { data }]) => sum + data.length, 0) > LARGEST) entries = [];
  const index = Buffer.from(
    JSON.stringify(entries.map(([name, { hash, data }]) => [name, hash, data.length])),
  );
  const length = Buffer.alloc(4);
  length.writeUInt32LE(index.length);
  try {
    mkdirSync(dirname(file), { recursive: true });
    const temporary = `${file}.${process.pid}`;
    writeFileSync(temporary, Buffer.concat([length, index, ...entries.map(([, { data }]) => data)]));
    renameSync(temporary, file);
  } catch {
    // A folder that cannot be written costs time, nothing else.
  }
}
