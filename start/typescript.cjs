// Lets a program of this project be TypeScript: each module is compiled by itself when it is first required, and
// remembered by content. No build step to forget, and no compiler loaded as long as nothing changed.
"use strict";
const { readFileSync } = require("node:fs");
const Module = require("node:module");
const { transformed } = require("./code-cache.cjs");

// The SDK's runner of policy packs has put its own compiler here, which checks types for seconds.
Module._extensions[".ts"] = (module, filename) => {
  const source = readFileSync(filename, "utf8");
  module._compile(
    transformed(source, () => toJavaScript(source, filename)),
    filename,
  );
};

function toJavaScript(source, sourcefile) {
  const { code } = require("esbuild").transformSync(source, {
    sourcefile,
    loader: "ts",
    format: "cjs",
    target: "node20",
    platform: "node",
    // Import expressions become require as well: there is one kind of module here.
    supported: { "dynamic-import": false },
  });
  return code;
}
