// Loaded last but the leash into a program that is started ahead: its SDK is loaded while the engine still derives the key
// of its secrets. Nothing of the program itself runs before the engine sends its arguments, as a line of JSON on the pipe
// that the leash then watches.
"use strict";
const { readSync } = require("node:fs");
const { dirname, join } = require("node:path");

const PIPE = 3;

function readLine() {
  const byte = Buffer.alloc(4096);
  let text = "";
  while (!text.endsWith("\n")) {
    const read = readSync(PIPE, byte);
    if (read === 0) return undefined;
    text += byte.toString("latin1", 0, read);
  }
  return Buffer.from(text, "latin1").toString("utf8");
}

try {
  require(join(dirname(process.argv[1]), "../.."));
} catch {
  // What is wrong with an SDK is best said when it is really used.
}
const line = readLine();
if (line === undefined) process.kill(process.pid, "SIGKILL");
process.argv.splice(2, process.argv.length, ...JSON.parse(line));
