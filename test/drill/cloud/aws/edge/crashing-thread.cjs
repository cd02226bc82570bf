const { parentPort } = require("node:worker_threads");

parentPort?.once("message", () => {
  throw new Error("out of order");
});
