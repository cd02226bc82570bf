import { parentPort } from "node:worker_threads";
import { InThreadDataPlane } from "../data-plane/in-thread";
import { type Call, type Message, problemOf } from "./messages";

/** The thread of the data plane. What is thrown outside an answered call ends it, and with it the cloud. */
function run(): void {
  if (parentPort === null) throw new Error("the data plane's thread is started by the cloud, not by itself");
  const port = parentPort;
  const tell = (message: Message): void => port.postMessage(message);
  const plane = new InThreadDataPlane({
    health: (groupArn, registration, health) => tell({ kind: "health", groupArn, registration, health }),
    log: (message, details) => tell({ kind: "log", message, details }),
  });
  const methods = plane as unknown as Readonly<Record<string, (...args: readonly unknown[]) => unknown>>;

  port.on("message", ({ id, method, args }: Call) => {
    const outcome = methods[method]?.apply(plane, args as unknown[]);
    if (id === undefined) return;
    Promise.resolve(outcome).then(
      (value) => tell({ kind: "answer", id, value }),
      (problem: unknown) => tell({ kind: "failure", id, problem: problemOf(problem) }),
    );
  });
}

run();
