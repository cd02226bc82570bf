// Loaded last but the leash into a program that is started ahead: its SDK is loaded while the engine still derives the key
// of its secrets. Nothing of the program itself runs before the engine sends its arguments, as a line of JSON on the pipe
// that the leash then watches.
"use strict";
const { readSync } = require("node:fs");
const { dirname, join } = require("node:path");

const PIPE = 3;
const NEWLINE = 10;

function readLine() {
  const parts = [];
  while (parts.at(-1)?.at(-1) !== NEWLINE) {
    const part = Buffer.alloc(4096);
    const read = readSync(PIPE, part);
    if (read === 0) return undefined;
    parts.push(part.subarray(0, read));
  }
  return Buffer.concat(parts).toString();
}

try {
  require(join(dirname(process.argv[1]), "../.."));
} catch {
  // What is wrong with an SDK is best said when it is really used.
}
const line = readLine();
if (line === undefined) process.kill(process.pid, "SIGKILL");
process.argv.splice(2, process.argv.length, ...JSON.parse(line));
