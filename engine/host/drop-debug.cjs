// Loaded into the processes the engine starts without --debug. The SDK sends three debug messages for each resource, more
// calls than it registers resources with, to an engine that would throw them away.
"use strict";
const Module = require("node:module");

const LOG = /(^|[\\/])log([\\/]index(\.js)?)?$/;
const SDK = /[\\/]@pulumi[\\/]pulumi[\\/]/;
const load = Module._load;

Module._load = function (request, parent, isMain) {
  const module = load.call(this, request, parent, isMain);
  if (LOG.test(request) && SDK.test(parent?.filename ?? "") && typeof module?.debug === "function")
    module.debug = () => Promise.resolve();
  return module;
};
