// Loaded into every process the engine starts: file descriptor 3 is a pipe that ends when the engine does.
"use strict";
const { Socket } = require("node:net");

const leash = new Socket({ fd: 3 });
leash.on("close", () => process.kill(process.pid, "SIGKILL"));
leash.on("error", () => {});
leash.resume();
leash.unref();
