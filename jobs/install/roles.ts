import { versionInNames } from "../../releases/manifest";

/** A role of the database, with the least it needs. */
export interface Role {
  readonly name: string;
  readonly kind: "migrator" | "reader" | "application";
  /** Applications: the schema of their data model. */
  readonly schema?: string;
  /** Most connections at a time, so that no role can starve the others. */
  readonly connections: number;
  /** Settings every session of the role begins with. */
  readonly settings: Readonly<Record<string, string>>;
}

export const MIGRATOR: Role = {
  name: "migrator",
  kind: "migrator",
  connections: 40,
  settings: { idle_in_transaction_session_timeout: "10min" },
};

export const READER: Role = {
  name: "reader",
  kind: "reader",
  connections: 10,
  settings: { default_transaction_read_only: "on", statement_timeout: "5min" },
};

/** The role of a release's modules: they see their own data model and nothing else. */
export function applicationRole(release: string, schema: string): Role {
  return {
    name: `app_${versionInNames(release).replaceAll("-", "_")}`,
    kind: "application",
    schema,
    connections: 100,
    settings: { search_path: schema, idle_in_transaction_session_timeout: "1min" },
  };
}

/** The release a role such as `app_4_0_0` belongs to, or undefined for another role. */
export function releaseOfRole(name: string): string | undefined {
  const found = /^app_(\d+)_(\d+)_(\d+)$/.exec(name);
  return found === null ? undefined : found.slice(1).join(".");
}
