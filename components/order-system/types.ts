import type * as pulumi from "@pulumi/pulumi";
import type { Module } from "../../releases/manifest";

/** A module of a release, as the components of this folder need it: its manifest entry and what the stack adds. */
export interface ModuleArgs {
  readonly module: Module;
  /** By digest. */
  readonly image: string;
  /** Values of its `configuration`, by variable. */
  readonly configuration: Readonly<Record<string, string>>;
  readonly replicas: number;
}

export interface ReleaseNames {
  readonly namespace: string;
  readonly version: string;
}

/** Secret values of a release. */
export interface ReleaseSecrets {
  readonly databaseUrl: pulumi.Input<string>;
  readonly sessionSecret: pulumi.Input<string>;
}
