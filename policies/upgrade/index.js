// The SDK loads this file; tsx compiles the TypeScript behind it on the fly.
require("tsx/cjs");
require("./pack.ts");
