import { type Connection, connect } from "./connection";
import { GrpcProvider } from "./plugin";
import type { ProviderPlugin } from "./provider";
import type { PluginLoader } from "./registry";

/** `aws:5001,kubernetes:5002` → addresses by package. */
export function parseAttached(text: string | undefined): Map<string, string> {
  const attached = new Map<string, string>();
  for (const part of (text ?? "").split(",")) {
    const [name, port] = part.trim().split(":");
    if (name && port) attached.set(name, `127.0.0.1:${port}`);
  }
  return attached;
}

/** Providers that run already and are named in PULUMI_DEBUG_PROVIDERS; one connection a package. */
export class AttachedPlugins implements PluginLoader {
  private readonly connections = new Map<string, Promise<Connection>>();
  private readonly plugins = new Set<ProviderPlugin>();

  constructor(
    private readonly attached: ReadonlyMap<string, string>,
    private readonly engineAddress: () => string,
    private readonly root: string,
    private readonly program: string,
  ) {}

  async load(pkg: string): Promise<ProviderPlugin> {
    const address = this.attached.get(pkg);
    if (!address)
      throw new Error(
        `not supported by the offline engine: starting the plugin of the provider '${pkg}'. Attach a provider that runs ` +
          `with PULUMI_DEBUG_PROVIDERS=${pkg}:PORT, or use the Pulumi CLI`,
      );
    let connection = this.connections.get(pkg);
    if (!connection) {
      connection = connect(pkg, address, this.engineAddress(), this.root, this.program);
      this.connections.set(pkg, connection);
    }
    const plugin = new GrpcProvider(pkg, await connection);
    this.plugins.add(plugin);
    return plugin;
  }

  async cancelAll(): Promise<void> {
    const done = new Set<string>();
    await Promise.all(
      [...this.connections.values()].map(async (pending) => {
        const { rpc } = await pending;
        if (done.has(rpc.address)) return;
        done.add(rpc.address);
        await new GrpcProvider("", await pending).cancel();
      }),
    );
  }
  closeAll(): void {
    for (const pending of this.connections.values())
      pending.then(({ rpc }) => rpc.close()).catch(() => undefined);
  }
}
