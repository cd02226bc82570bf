// The SDK loads this file; the TypeScript behind it is compiled when it is first required.
require("../../start/typescript.cjs");
require("../../start/lazy-modules.cjs");
require("./pack.ts");
