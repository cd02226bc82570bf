import net from "node:net";

const SPARE = 24;

/** Listening sockets kept in store, so that an address can be given out without waiting for one. */
export class ListenerPool {
  readonly #spare: net.Server[] = [];
  #closed = false;

  /** Resolves when there are some to take. */
  async fill(): Promise<void> {
    while (this.#spare.length < SPARE && !this.#closed) {
      const server = net.createServer({ noDelay: true });
      await new Promise<void>((done, fail) => {
        server.once("error", fail);
        server.listen(0, "127.0.0.1", done);
      });
      this.#spare.push(server);
    }
  }

  take(): net.Server {
    const server = this.#spare.pop();
    if (server === undefined) throw new Error("No address is free for a Service at this moment.");
    void this.fill();
    return server;
  }

  close(): void {
    this.#closed = true;
    for (const server of this.#spare) server.close();
  }
}
