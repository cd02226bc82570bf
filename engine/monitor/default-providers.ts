import type { PlainConfig } from "../config/stack-config";
import { goal, type SourceEvent } from "../deploy/events";
import { ProviderRegistry } from "../host/registry";
import { providerType, rootStackUrn } from "../resource/urn";
import { type PropertyMap, secret, type Value } from "../values/value";

/** Which plugin a resource asks for. */
export interface ProviderRequest {
  pkg: string;
  version: string;
  downloadUrl: string;
}

/** Registers the provider of a package on its first use, with the package's configuration. */
export class DefaultProviders {
  private readonly references = new Map<string, Promise<string>>();
  private readonly denied: ReadonlySet<string>;

  constructor(
    private readonly config: ReadonlyMap<string, PlainConfig>,
    private readonly emit: (event: SourceEvent) => void,
    private readonly target: { stack: string; project: string },
  ) {
    const disabled = config.get("pulumi:disable-default-providers")?.value;
    this.denied = new Set(disabled ? (JSON.parse(disabled) as string[]).map((name) => name.trim()) : []);
  }

  /** The reference of the default provider; resolves when it is registered. */
  reference(request: ProviderRequest): Promise<string> {
    const { pkg, version, downloadUrl } = request;
    if (pkg !== "pulumi" && (this.denied.has("*") || this.denied.has(pkg)))
      return Promise.resolve(
        `${rootStackUrn(this.target.stack, this.target.project).replace(/pulumi:pulumi:Stack::.*/, `${providerType(pkg)}::${pkg}`)}::denydefaultprovider`,
      );
    const key = [pkg, version, downloadUrl].join("|");
    let reference = this.references.get(key);
    if (!reference) {
      reference = this.register(request);
      this.references.set(key, reference);
    }
    return reference;
  }

  private register({ pkg, version, downloadUrl }: ProviderRequest): Promise<string> {
    const inputs = this.inputsOf(pkg);
    const internal: { [key: string]: Value } = {};
    if (version) inputs.version = version;
    if (downloadUrl) internal.pluginDownloadURL = downloadUrl;
    if (version || downloadUrl) inputs.__internal = internal;
    const suffix = downloadUrl ? `_${downloadUrl.replace(/[^A-Za-z0-9]/g, "_")}` : "";
    return new Promise((resolve, reject) => {
      this.emit({
        kind: "register",
        goal: goal({
          type: providerType(pkg),
          name: ProviderRegistry.defaultName(version) + suffix,
          custom: true,
          inputs,
        }),
        done: ({ state, result }) => {
          if (result === "success") resolve(`${state.urn}::${state.id}`);
          else reject(new Error(`the default provider of ${pkg} could not be registered`));
        },
      });
    });
  }

  private inputsOf(pkg: string): PropertyMap {
    const inputs: PropertyMap = {};
    for (const [key, { value, secret: hidden }] of this.config) {
      if (!key.startsWith(`${pkg}:`)) continue;
      inputs[key.slice(pkg.length + 1)] = hidden ? secret(value) : value;
    }
    return inputs;
  }
}
