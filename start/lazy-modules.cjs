// Loaded into every process the engine starts, and by packs that the CLI starts: the SDK requires TypeScript and a package
// tree reader at its start, which takes most of its start-up time, and needs them only to serialise closures. They are
// loaded when first looked at.
"use strict";
const Module = require("node:module");

const LATE = new Set(["typescript", "@npmcli/arborist"]);
const SDK = /[\\/]@pulumi[\\/]pulumi[\\/]/;
const load = Module._load;

Module._load = function (request, parent, isMain) {
  if (!LATE.has(request) || !SDK.test(parent?.filename ?? ""))
    return load.call(this, request, parent, isMain);
  // A package that is missing is reported now: the SDK has another way then.
  Module._resolveFilename(request, parent, isMain);
  let module;
  const real = () => {
    module ??= load.call(this, request, parent, isMain);
    return module;
  };
  return new Proxy(
    {},
    {
      // Asked by code that wants to know how to import it; answering by itself keeps the package unloaded.
      get: (_target, key) => (key === "__esModule" ? true : real()[key]),
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
