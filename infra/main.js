// The SDK notes a stack for every promise it makes; with source maps that was a third of a run. ORDER_UPGRADE_STACKS=1 brings
// stacks back for those who work on the program itself.
if (process.env.ORDER_UPGRADE_STACKS === undefined) {
  Error.stackTraceLimit = 0;
  // It asks for a whole stack at each resource all the same; mapping that to sources nobody reads is a tenth of a run.
  Error.prepareStackTrace = undefined;
}
// The SDK starts this file; the TypeScript behind it is compiled on the fly, without a build step to forget.
require("../start/typescript.cjs");
// Parameters first: a refused one is told before the provider libraries are loaded.
require("./program/settings.ts");
module.exports = require("./index.ts");
