// The SDK notes a stack for every promise it makes; with source maps that was a third of a run. ORDER_UPGRADE_STACKS=1 brings
// stacks back for those who work on the program itself.
if (process.env.ORDER_UPGRADE_STACKS === undefined) Error.stackTraceLimit = 0;
// The SDK starts this file; tsx compiles the TypeScript behind it on the fly, without a build step to forget.
require("tsx/cjs");
// Parameters first: a refused one is told before the provider libraries are loaded.
require("./program/settings.ts");
module.exports = require("./index.ts");
