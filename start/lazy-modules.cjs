// Loaded into every process the engine starts, and by packs that the CLI starts: the SDK requires TypeScript, a loader of
// TypeScript, a package tree reader, tracing and its own Automation API at its start, which takes most of its start-up
// time. Programs that bring their own loader hardly ever need one of them, so they are loaded when first looked at. So is
// V8's debugger.
"use strict";
const { readFileSync } = require("node:fs");
const Module = require("node:module");

const LATE = /^(typescript|@npmcli\/arborist|js-yaml|@opentelemetry\/(?!api$).+|\.\/automation)$/;
const DEBUGGER = /(^|[\\/])closure[\\/]v8Hooks$|^\.[\\/]v8Hooks$/;
const LOADER = /(^|[\\/])ts-node(@[\d.]+)?$/;
const SDK = /[\\/]@pulumi[\\/]pulumi[\\/]/;
const load = Module._load;

Module._load = function (request, parent, isMain) {
  if (DEBUGGER.test(request) && SDK.test(parent?.filename ?? "")) return require("./late-debugger.cjs");
  const loader = LOADER.test(request);
  if ((!loader && !LATE.test(request)) || !SDK.test(parent?.filename ?? ""))
    return load.call(this, request, parent, isMain);
  // A package that is missing is reported now: the SDK has another way then.
  Module._resolveFilename(request, parent, isMain);
  let module;
  const real = () => {
    module ??= load.call(this, request, parent, isMain);
    return module;
  };
  const answers = loader ? { register: registerLate(real) } : versionOf(request, parent);
  return new Proxy(
    {},
    {
      // Asked by code that wants to know how to import it; answering by itself keeps the package unloaded.
      get: (_target, key) => (key === "__esModule" ? true : (answers[key] ?? real()[key])),
      has: (_target, key) => key in real(),
      ownKeys: () => Reflect.ownKeys(real()),
      getOwnPropertyDescriptor: (_target, key) => {
        // tsx asks every module for this one.
        if (key === "module.exports") return undefined;
        const found = Object.getOwnPropertyDescriptor(real(), key);
        return found === undefined ? undefined : { ...found, configurable: true };
      },
    },
  );
};

/** The SDK logs the compiler's version; reading it costs nothing beside loading the package. */
function versionOf(request, parent) {
  if (request !== "typescript") return {};
  try {
    const file = Module._resolveFilename(`${request}/package.json`, parent, false);
    return { version: JSON.parse(readFileSync(file, "utf8")).version };
  } catch {
    return {};
  }
}

/** Registers the loader with the first TypeScript file that is required, unless the program has set its own by then. */
const registerLate = (real) => (options) => {
  // With a tsconfig.json of its own a project may have JavaScript loaded in this way too.
  if (options?.skipProject !== true) return real().register(options);
  for (const extension of [".ts", ".tsx"]) {
    Module._extensions[extension] = (module, filename) => {
      delete Module._extensions[".ts"];
      delete Module._extensions[".tsx"];
      real().register(options);
      return Module._extensions[extension](module, filename);
    };
  }
  return undefined;
};
