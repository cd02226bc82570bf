import type * as pulumi from "@pulumi/pulumi";
import type { Module } from "../../releases/manifest";
import type { After } from "../frame/component";

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
  /** Certificates of the database's authority (PEM); undefined: the images trust it already. */
  readonly databaseAuthority: string | undefined;
}

export interface ModulesArgs extends ReleaseNames {
  readonly modules: readonly ModuleArgs[];
  readonly configMaps: Readonly<Record<string, string>>;
  /** `off`: the Deployments stay, with no replica, and nothing leads to them. */
  readonly state: "on" | "off";
  /** Whether the cluster changes the number of replicas with the load. */
  readonly autoscaled: boolean;
  /** Whether the release's Secret brings the certificates of the database's authority. */
  readonly ownAuthority: boolean;
  /** Seconds a Pod goes on serving after it was told to stop, until every load balancer knows. */
  readonly preStopSeconds: number;
  /** Seconds a new Pod must be ready before it counts. */
  readonly minReadySeconds: number;
  readonly after: After;
}
