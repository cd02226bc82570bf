// The SDK loads this file; tsx compiles the TypeScript behind it on the fly.
require("../../start/typescript.cjs");
require("./pack.ts");
