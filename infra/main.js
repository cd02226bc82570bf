// The SDK starts this file; tsx compiles the TypeScript behind it on the fly, without a build step to forget.
require("tsx/cjs");
module.exports = require("./index.ts");
