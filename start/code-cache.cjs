// Keeps what V8 made of a program's modules, so that its next start does not compile them again: half of the start-up
// time of a program on the Pulumi SDK is compiling. One file a program in node_modules/.cache, keyed by the content of
// each module; whatever does not fit is compiled as ever. Node 22 has `module.enableCompileCache` for this, Node 20 not.
// Texts of installed packages are kept beside it, and where their requests lead: looking for a thousand small files in all
// the places where they could be and reading them takes longer than compiling them so.
"use strict";
const { createHash } = require("node:crypto");
const {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} = require("node:fs");
const Module = require("node:module");
const { dirname, join, sep } = require("node:path");
const v8 = require("node:v8");
const vm = require("node:vm");
const { isMainThread } = require("node:worker_threads");

const PACKAGES = join(__dirname, "..", "node_modules");
const FOLDER = join(PACKAGES, ".cache", "start");
/** Programs remembered; the ones not started for longest are forgotten. */
const PROGRAMS = 24;
/** Milliseconds without a new module until what is new is written, as a program may be killed and never end. */
const SETTLED = 1_000;

// The SDK sets this flag when it is loaded, and V8 takes no code that was made under other flags.
v8.setFlagsFromString("--allow-natives-syntax");

const digest = (text) => createHash("sha1").update(text).digest("base64url");
const file = join(
  FOLDER,
  `${digest([process.version, process.cwd(), process.argv[1], process.argv.at(-1), isMainThread].join("\0"))}.bin`,
);
/**
 * Content digest of a module → {data: V8's code, text: the module compiled from TypeScript, if it was}, file of an
 * installed package → {stamp, key, content}, and "places" → {installation, files}.
 */
const known = read();
const used = new Map();
/** Files that are being read, with what told them apart before. */
const reading = new Map();
let fresh = 0;
let timer;
/** npm writes this file with each installation; a file that another one takes the place of comes with one. */
const installation = stampOf(join(PACKAGES, ".package-lock.json"));
const places = known.get("places");
/** Folder and request of an installed package → file, as they were found before and as they are used now. */
const found = installation !== undefined && places?.installation === installation ? places.files : new Map();
const followed = new Map();

function read() {
  try {
    const kept = v8.deserialize(readFileSync(file));
    touch();
    return kept instanceof Map ? kept : new Map();
  } catch {
    return new Map();
  }
}

/** Marks the program as started now. */
function touch() {
  try {
    const now = new Date();
    utimesSync(file, now, now);
  } catch {
    // Somebody else's folder; what is in it can be used all the same.
  }
}

/** Runs `content` as a module as Node does, from the cache where it is there. */
function compile(content, filename, format) {
  // Everything Node itself has a special way for is left to Node.
  if (format === "module" || content.startsWith("#!")) return plain.call(this, content, filename, format);
  const key = keyOf(content, filename);
  const cached = known.get(key)?.data;
  let script;
  try {
    script = new vm.Script(Module.wrap(content), {
      filename,
      cachedData: cached,
      importModuleDynamically: vm.constants?.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    });
  } catch {
    // Node says best what is wrong with it.
    return plain.call(this, content, filename, format);
  }
  if (cached === undefined || script.cachedDataRejected) fresh += 1;
  settle();
  used.set(key, { script });
  const require = (request) => this.require(request);
  require.resolve = (request, options) => Module._resolveFilename(request, this, false, options);
  require.resolve.paths = (request) => Module._resolveLookupPaths(request, this);
  require.main = process.mainModule;
  require.extensions = Module._extensions;
  require.cache = Module._cache;
  const run = script.runInThisContext({ displayErrors: true });
  return run.call(this.exports, this.exports, require, this, filename, dirname(filename));
}

/** Content digest of a module, and a note of the text when it belongs to an installed package. */
function keyOf(content, filename) {
  const kept = known.get(filename);
  const same = kept?.content === content;
  const key = same ? kept.key : digest(content);
  const stamp = reading.get(filename);
  if (stamp !== undefined) {
    used.set(filename, { stamp, key, content });
    fresh += 1;
  } else if (same) used.set(filename, kept);
  return key;
}

const INSTALLED = /[\\/]node_modules[\\/]/;

/** What tells a file from any that was in its place: times alone do not, as packages unpack with one time for all files. */
function stampOf(filename) {
  const stat = statSync(filename, { throwIfNoEntry: false });
  return stat && `${stat.dev} ${stat.ino} ${stat.size} ${stat.mtimeMs} ${stat.ctimeMs}`;
}

/** Finds what an installed package asks for where it was the last time, as long as it is there. */
function resolve(request, parent, isMain, options) {
  const plainly = () => plainResolve.call(this, request, parent, isMain, options);
  if (installation === undefined || options !== undefined || !parent?.filename?.startsWith(PACKAGES + sep))
    return plainly();
  const key = `${parent.path}\0${request}`;
  const again = followed.get(key);
  if (again !== undefined) return again;
  const kept = found.get(key);
  const there = kept !== undefined && existsSync(kept);
  const filename = there ? kept : plainly();
  if (!filename.startsWith(PACKAGES + sep)) return filename;
  if (!there) fresh += 1;
  followed.set(key, filename);
  return filename;
}

/** Reads a module of an installed package from the cache when its file is the one that was read then. */
function load(module, filename) {
  if (!INSTALLED.test(filename)) return plainLoad(module, filename);
  const stamp = stampOf(filename);
  const kept = known.get(filename);
  if (kept !== undefined && kept.stamp === stamp) return module._compile(kept.content, filename);
  reading.set(filename, stamp);
  try {
    return plainLoad(module, filename);
  } finally {
    reading.delete(filename);
  }
}

/** JavaScript of a TypeScript module: `make` is asked only when this content was never seen. */
function transformed(source, make) {
  const key = `ts ${digest(source)}`;
  let text = known.get(key)?.text;
  if (text === undefined) {
    text = make();
    fresh += 1;
  }
  settle();
  used.set(key, { text });
  return text;
}

/** Puts the writing off, as more modules may come; what is not used by then is dropped. */
function settle() {
  if (fresh === 0) return;
  clearTimeout(timer);
  timer = setTimeout(save, SETTLED).unref();
}

function save() {
  if (fresh === 0) return;
  fresh = 0;
  try {
    const entries = [...used].map(([key, { script, ...rest }]) => [
      key,
      script === undefined ? rest : { data: script.createCachedData() },
    ]);
    entries.push(["places", { installation, files: followed }]);
    mkdirSync(FOLDER, { recursive: true });
    const temporary = `${file}.${process.pid}`;
    writeFileSync(temporary, v8.serialize(new Map(entries)));
    renameSync(temporary, file);
    forgetOthers();
  } catch {
    // A folder that cannot be written costs time, nothing else.
  }
}

function forgetOthers() {
  const files = readdirSync(FOLDER).map((name) => join(FOLDER, name));
  const byAge = files
    .map((path) => ({ path, age: Date.now() - statSync(path).mtimeMs }))
    .sort((a, b) => a.age - b.age);
  for (const { path } of byAge.slice(PROGRAMS)) rmSync(path, { force: true });
}

const plain = Module.prototype._compile;
const plainLoad = Module._extensions[".js"];
const plainResolve = Module._resolveFilename;
// A debugger shows sources by what Node itself compiled.
if (!process.execArgv.some((argument) => argument.startsWith("--inspect"))) {
  Module.prototype._compile = compile;
  Module._extensions[".js"] = load;
  Module._resolveFilename = resolve;
  process.once("exit", save);
}

module.exports = { transformed };
