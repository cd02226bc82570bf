import { createServer, get } from "node:http";
import type { AddressInfo } from "node:net";
import { parentPort, workerData } from "node:worker_threads";

/**
 * A thread with a shop's process and one customer of it. Tells the port of the shop, is told where the customer goes, and
 * counts in shared memory what came back, so that a thread that is busy itself can read it.
 */
const answered = workerData as Int32Array;
const shop = createServer((request, response) => {
  request.resume();
  response.end("here you are");
});

shop.listen(0, "127.0.0.1", () => parentPort?.postMessage((shop.address() as AddressInfo).port));
parentPort?.once("message", (address: string) => {
  const ask = (): void => {
    get(address, (response) => {
      response.resume().on("end", () => {
        if (response.statusCode === 200) Atomics.add(answered, 0, 1);
        ask();
      });
    });
  };
  ask();
});
