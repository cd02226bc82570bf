// Loaded into the processes the engine starts without --debug. The SDK sends three debug messages for each resource, more
// calls than it registers resources with, to an engine that would throw them away. And it formats a stack trace for each
// promise, which it shows only to those who look for promises that never end.
"use strict";
const Module = require("node:module");

const LOG = /(^|[\\/])log([\\/]index(\.js)?)?$/;
const PROMISES = /(^|[\\/])debuggable(\.js)?$/;
const SDK = /[\\/]@pulumi[\\/]pulumi[\\/]/;
const load = Module._load;
const changed = new WeakSet();

Module._load = function (request, parent, isMain) {
  const module = load.call(this, request, parent, isMain);
  if (!SDK.test(parent?.filename ?? "")) return module;
  // Modules that require each other see one that is not complete yet.
  if (LOG.test(request) && typeof module?.debug === "function") module.debug = () => Promise.resolve();
  if (
    PROMISES.test(request) &&
    !process.env.PULUMI_DEBUG_PROMISE_LEAKS &&
    !changed.has(module.debuggablePromise)
  )
    module.debuggablePromise = withoutStack(module.debuggablePromise);
  return module;
};

function withoutStack(act) {
  if (typeof act !== "function") return act;
  const quiet = (...values) => {
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    try {
      return act(...values);
    } finally {
      Error.stackTraceLimit = stackTraceLimit;
    }
  };
  changed.add(quiet);
  return quiet;
}
