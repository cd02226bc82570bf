import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { PostgresServer } from "../../../postgres/server";
import type { Authority } from "../../certificates/authority";
import type { Ports } from "../../persistence/ports";
import type { Collection, Log, Persistence } from "../../ports";
import * as servers from "./database-server";
import { type DatabaseFolders, openFolders } from "./folders";
import type { Applied } from "./parameters";
import { copyRunning, copyStopped } from "./physical-copy";
import type { DatabaseRecord, SnapshotRecord } from "./records";
import type { Administrator } from "./roles";
import { standStill } from "./stand-still";

export interface DatabasesOptions {
  readonly persistence: Persistence;
  readonly ports: Ports;
  readonly authority: Authority;
  /** Folder for data directories and snapshots, which the servers' account can reach. */
  readonly directory: string;
  /** Folder that only the drill's owner reads: a file with the superuser's URL for each running server. */
  readonly operators: string;
  readonly log: Log;
}

/** The account's database servers and their snapshots. */
export class Databases {
  private readonly records: Collection<DatabaseRecord>;
  private readonly snapshotRecords: Collection<SnapshotRecord>;
  private readonly folders: DatabaseFolders;
  private readonly running = new Map<string, PostgresServer>();
  private readonly stopping = new Set<string>();

  constructor(private readonly options: DatabasesOptions) {
    this.records = options.persistence.collection("databases");
    this.snapshotRecords = options.persistence.collection("snapshots");
    this.folders = openFolders(options.directory, {
      instances: (identifier) => this.records.get(identifier) !== undefined,
      snapshots: (identifier) => this.snapshotRecords.get(identifier) !== undefined,
    });
  }

  list(): { readonly record: DatabaseRecord; readonly server: PostgresServer | undefined }[] {
    return [...this.records.entries()].map(([identifier, record]) => ({
      record,
      server: this.running.get(identifier),
    }));
  }

  record(identifier: string): DatabaseRecord | undefined {
    return this.records.get(identifier);
  }

  snapshot(identifier: string): SnapshotRecord | undefined {
    return this.snapshotRecords.get(identifier);
  }

  server(identifier: string): PostgresServer {
    const server = this.running.get(identifier);
    if (server === undefined)
      throw new Error(`InvalidDBInstanceState: database ${identifier} is not available`);
    return server;
  }

  async create(
    identifier: string,
    administrator: Administrator,
    database: string | undefined,
    parameters: Applied,
  ): Promise<PostgresServer> {
    this.refuseTaken(identifier);
    const password = servers.newOperatorPassword();
    await this.folders.fill("instances", identifier, (directory) => servers.initialise(directory, password));
    this.records.set(identifier, {
      identifier,
      username: administrator.username,
      database,
      sealedOperatorPassword: this.options.persistence.seal(password),
      stopped: false,
      parameters,
    });
    return this.furnished(identifier, (server) => servers.furnish(server, administrator, database));
  }

  /** A second server that starts from a snapshot. A password, where given, becomes that of its administrator. */
  async restore(
    identifier: string,
    snapshotIdentifier: string,
    password: string | undefined,
    parameters: Applied,
  ): Promise<PostgresServer> {
    this.refuseTaken(identifier);
    const snapshot = this.snapshotRecords.get(snapshotIdentifier);
    if (snapshot === undefined) throw new Error(`DBSnapshotNotFound: ${snapshotIdentifier}`);
    const source = this.folders.of("snapshots", snapshotIdentifier);
    await this.folders.fill("instances", identifier, (directory) => copyStopped(source, directory));
    const { username, database, sealedOperatorPassword } = snapshot;
    this.records.set(identifier, {
      identifier,
      username,
      database,
      sealedOperatorPassword,
      stopped: false,
      parameters,
    });
    return this.furnished(identifier, async (server) => {
      if (password !== undefined) await servers.changePassword(server, { username, password });
    });
  }

  /** Takes a snapshot: of a running server by a base backup, of a stopped one by a plain copy. */
  async takeSnapshot(identifier: string, instance: string): Promise<SnapshotRecord> {
    if (this.snapshotRecords.get(identifier) !== undefined)
      throw new Error(`DBSnapshotAlreadyExists: ${identifier}`);
    const record = this.records.get(instance);
    if (record === undefined) throw new Error(`DBInstanceNotFound: ${instance}`);
    const source = this.folders.of("instances", instance);
    await this.folders.fill("snapshots", identifier, (directory) =>
      record.stopped
        ? copyStopped(source, directory)
        : copyRunning(this.server(instance).url(), source, directory),
    );
    const { username, database, sealedOperatorPassword } = record;
    const snapshot: SnapshotRecord = {
      identifier,
      instance,
      username,
      database,
      sealedOperatorPassword,
      createdAt: new Date().toISOString(),
    };
    this.snapshotRecords.set(identifier, snapshot);
    return snapshot;
  }

  removeSnapshot(identifier: string): void {
    this.snapshotRecords.delete(identifier);
    this.folders.remove("snapshots", identifier);
  }

  async remove(identifier: string): Promise<void> {
    await this.halt(identifier);
    this.records.delete(identifier);
    this.options.ports.release(portOf(identifier));
    this.folders.remove("instances", identifier);
  }

  async setPassword(identifier: string, password: string): Promise<void> {
    const { username } = this.known(identifier);
    await servers.changePassword(this.server(identifier), { username, password });
  }

  /** Takes over other parameters; what needs a restart waits for the next one, as in AWS. */
  async setParameters(identifier: string, parameters: Applied): Promise<void> {
    this.records.set(identifier, { ...this.known(identifier), parameters });
    servers.configure(this.folders.of("instances", identifier), parameters, false);
    const server = this.running.get(identifier);
    if (server !== undefined) await servers.reload(server);
  }

  /** Shuts customers out, or lets them in again. */
  async setClosed(identifier: string, closed: boolean): Promise<void> {
    servers.configure(this.folders.of("instances", identifier), this.known(identifier).parameters, closed);
    const server = this.running.get(identifier);
    if (server === undefined) return;
    await servers.reload(server);
    if (closed) await servers.endSessions(server);
  }

  async setStopped(identifier: string, stopped: boolean): Promise<void> {
    const record = this.known(identifier);
    if (record.stopped === stopped) return;
    this.records.set(identifier, { ...record, stopped });
    if (stopped) await this.halt(identifier);
    else await this.start(identifier);
  }

  /** Refuses writes, as a server does whose storage is full. */
  async setReadOnly(identifier: string, readOnly: boolean): Promise<void> {
    await servers.setReadOnly(this.server(identifier), readOnly);
  }

  /** Lets the server's processes stand still for a share of the time, until the answer is called. */
  slowDown(identifier: string, share: number): () => void {
    return standStill(this.server(identifier), share);
  }

  /** Crashes the server; it is started again and recovers. */
  async crash(identifier: string): Promise<void> {
    await this.server(identifier).stop("immediate");
  }

  /** Starts all that ran when the last process ended. */
  async restoreAll(): Promise<void> {
    const wanted = [...this.records.entries()].filter(([, { stopped }]) => !stopped);
    await Promise.all(wanted.map(([identifier]) => this.start(identifier)));
  }

  async stopAll(): Promise<void> {
    await Promise.all([...this.running.keys()].map((identifier) => this.halt(identifier)));
  }

  private async furnished(
    identifier: string,
    furnish: (server: PostgresServer) => Promise<void>,
  ): Promise<PostgresServer> {
    try {
      const server = await this.start(identifier);
      await furnish(server);
      return server;
    } catch (problem) {
      await this.remove(identifier);
      throw problem;
    }
  }

  private async start(identifier: string): Promise<PostgresServer> {
    const record = this.known(identifier);
    const server = await servers.start({
      directory: this.folders.of("instances", identifier),
      port: await this.options.ports.choose(portOf(identifier)),
      operatorPassword: this.options.persistence.open(record.sealedOperatorPassword),
      authority: this.options.authority,
      parameters: record.parameters,
    });
    mkdirSync(this.options.operators, { recursive: true, mode: 0o700 });
    writeFileSync(this.operatorFile(identifier), `${server.url(record.database)}\n`, { mode: 0o600 });
    this.running.set(identifier, server);
    void server.ended.then(() => this.recover(identifier, server));
    return server;
  }

  /** A server that ended by itself is started again, as RDS does. */
  private async recover(identifier: string, server: PostgresServer): Promise<void> {
    if (this.running.get(identifier) !== server) return;
    this.running.delete(identifier);
    if (this.stopping.has(identifier)) return;
    this.options.log("database server ended and is started again", { identifier });
    try {
      await this.start(identifier);
    } catch (problem) {
      this.options.log("database server did not start again", { identifier, problem: String(problem) });
    }
  }

  private async halt(identifier: string): Promise<void> {
    const server = this.running.get(identifier);
    if (server === undefined) return;
    this.stopping.add(identifier);
    await server.stop("fast");
    rmSync(this.operatorFile(identifier), { force: true });
    this.running.delete(identifier);
    this.stopping.delete(identifier);
  }

  private operatorFile(identifier: string): string {
    return path.join(this.options.operators, `${identifier}.url`);
  }

  private known(identifier: string): DatabaseRecord {
    const record = this.records.get(identifier);
    if (record === undefined) throw new Error(`DBInstanceNotFound: ${identifier}`);
    return record;
  }

  private refuseTaken(identifier: string): void {
    if (this.records.get(identifier) !== undefined && existsSync(this.folders.of("instances", identifier)))
      throw new Error(`DBInstanceAlreadyExists: ${identifier}`);
  }
}

const portOf = (identifier: string): string => `database/${identifier}`;
