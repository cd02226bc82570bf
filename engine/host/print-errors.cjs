// Loaded into every process the engine starts. The SDK prints an uncaught error with util.inspect, which on Node 20
// needs a minute and more of CPU for an error with a mapped stack trace. The stack itself says the same at once.
"use strict";
if (Number(process.versions.node.split(".")[0]) < 22) {
  const util = require("node:util");
  const { inspect } = util;

  const textOf = (error) => {
    const parts = [error.stack];
    const own = Object.entries(error).filter(([key]) => key !== "cause" && !key.startsWith("__"));
    if (own.length > 0) parts.push(inspect(Object.fromEntries(own)));
    if (error.cause instanceof Error) parts.push(`[cause]: ${textOf(error.cause)}`);
    return parts.join("\n");
  };
  const quick = function inspectQuickly(value, ...options) {
    return value instanceof Error && typeof value.stack === "string"
      ? textOf(value)
      : inspect(value, ...options);
  };
  util.inspect = Object.setPrototypeOf(Object.assign(quick, inspect), inspect);
}
