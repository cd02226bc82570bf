import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { AUTHORITY_FILE } from "../database/settings";
import { type After, token } from "../frame/component";
import { labelsOf } from "../frame/pod";
import { contentName, moduleName, moduleUrl, releaseSecretName, variableOf } from "./names";
import type { ModuleArgs, ReleaseNames, ReleaseSecrets } from "./types";

export interface ReleaseArgs extends ReleaseNames {
  readonly modules: readonly ModuleArgs[];
  readonly secrets: ReleaseSecrets;
  readonly after: After;
}

/** What the modules of a release need before any of them starts: accounts, configuration and secrets, all its own. */
export class Release extends pulumi.ComponentResource {
  static readonly __pulumiType = token("Release");
  /** Name of each module's ConfigMap. */
  readonly configMaps: Readonly<Record<string, string>>;
  readonly resources: readonly pulumi.Resource[];

  constructor(name: string, args: ReleaseArgs, opts?: pulumi.ComponentResourceOptions) {
    super(Release.__pulumiType, name, { version: args.version }, opts);
    const secret = this.createSecret(args);
    const accounts = args.modules.map((one) => this.createAccount(args, one));
    const configurations = args.modules.map((one) => this.createConfiguration(args, one));
    this.configMaps = Object.fromEntries(configurations.map(({ module, configMap }) => [module, configMap]));
    this.resources = [secret, ...accounts, ...configurations.map(({ resource }) => resource)];
    this.registerOutputs({});
  }

  private createSecret({ namespace, version, secrets, after }: ReleaseArgs): kubernetes.core.v1.Secret {
    const name = releaseSecretName(version);
    return new kubernetes.core.v1.Secret(
      name,
      {
        metadata: { name, namespace, labels: labelsOf("release", version) },
        type: "Opaque",
        stringData: {
          DATABASE_URL: pulumi.secret(secrets.databaseUrl),
          SESSION_SECRET: pulumi.secret(secrets.sessionSecret),
          ...(secrets.databaseAuthority === undefined ? {} : { [AUTHORITY_FILE]: secrets.databaseAuthority }),
        },
      },
      { parent: this, dependsOn: after },
    );
  }

  private createAccount(
    { namespace, version, after }: ReleaseArgs,
    { module }: ModuleArgs,
  ): kubernetes.core.v1.ServiceAccount {
    const name = moduleName(module.name, version);
    return new kubernetes.core.v1.ServiceAccount(
      name,
      {
        metadata: { name, namespace, labels: labelsOf(module.name, version) },
        automountServiceAccountToken: false,
      },
      { parent: this, dependsOn: after },
    );
  }

  private createConfiguration(args: ReleaseArgs, { module, configuration }: ModuleArgs) {
    const called = args.modules.filter((one) => module.calls.includes(one.module.name));
    const data = {
      ...configuration,
      ...Object.fromEntries(
        called.map(({ module: other }) => [
          `${variableOf(other.name)}_URL`,
          moduleUrl(other.name, args.version, args.namespace, other.port),
        ]),
      ),
    };
    const name = moduleName(module.name, args.version);
    const configMap = `${name}-${contentName(data)}`;
    const resource = new kubernetes.core.v1.ConfigMap(
      name,
      {
        metadata: { name: configMap, namespace: args.namespace, labels: labelsOf(module.name, args.version) },
        immutable: true,
        data,
      },
      { parent: this, dependsOn: args.after },
    );
    return { module: module.name, configMap, resource };
  }
}
