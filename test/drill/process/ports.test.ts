import { once } from "node:events";
import net from "node:net";
import { expect, test } from "vitest";
import { firstOutgoingPort, freePort, isFree } from "../../../drill/process/ports";

test("a free port is one that no outgoing connection is given meanwhile", async () => {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const port = await freePort();
    expect(port).toBeGreaterThanOrEqual(10_000);
    expect(port).toBeLessThan(firstOutgoingPort());
  }
});

test("a port is free until a server listens there, and again when it ended", async () => {
  const port = await freePort();
  const server = net.createServer().listen(port, "127.0.0.1");
  await once(server, "listening");
  expect(await isFree(port)).toBe(false);
  server.close();
  await once(server, "close");
  expect(await isFree(port)).toBe(true);
});
