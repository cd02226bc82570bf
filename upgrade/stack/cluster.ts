import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { parse } from "yaml";

/** The cluster cannot be asked; the message says why and what to do. */
export class ClusterProblem extends Error {
  constructor(message: string) {
    super(message);
    this.stack = "";
  }
}

interface Named<T> {
  readonly name: string;
  readonly cluster?: T;
  readonly user?: T;
  readonly context?: T;
}
interface Kubeconfig {
  readonly "current-context"?: string;
  readonly clusters?: readonly Named<Readonly<Record<string, string | boolean>>>[];
  readonly users?: readonly Named<Readonly<Record<string, unknown>>>[];
  readonly contexts?: readonly Named<{ readonly cluster: string; readonly user: string }>[];
}
interface ExecCredential {
  readonly command: string;
  readonly args?: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value: string }[];
}

const TIMEOUT = 10_000;

/** Reads from a cluster's API server as kubectl does: by the kubeconfig in use. Never writes. */
export class Cluster {
  private constructor(
    readonly server: string,
    private readonly tls: https.RequestOptions,
    private readonly authorization: string | undefined,
  ) {}

  /** @throws ClusterProblem when no kubeconfig names a cluster */
  static async open(environment: NodeJS.ProcessEnv = process.env): Promise<Cluster> {
    const file =
      environment.KUBECONFIG?.split(path.delimiter).find((one) => one !== "") ??
      path.join(os.homedir(), ".kube", "config");
    if (!existsSync(file))
      throw new ClusterProblem(
        `there is no kubeconfig (${file}). Make one with: aws eks update-kubeconfig --name CLUSTER, or name one in KUBECONFIG.`,
      );
    const config = parse(readFileSync(file, "utf8")) as Kubeconfig;
    const context = config.contexts?.find(({ name }) => name === config["current-context"])?.context;
    const cluster = config.clusters?.find(({ name }) => name === context?.cluster)?.cluster;
    const user = config.users?.find(({ name }) => name === context?.user)?.user ?? {};
    if (typeof cluster?.server !== "string")
      throw new ClusterProblem(
        `${file}: current-context names no cluster. Choose one: kubectl config use-context NAME.`,
      );
    const bytes = (data: unknown, name: unknown): Buffer | undefined =>
      typeof data === "string"
        ? Buffer.from(data, "base64")
        : typeof name === "string"
          ? readFileSync(path.resolve(path.dirname(file), name))
          : undefined;
    const ca = bytes(cluster["certificate-authority-data"], cluster["certificate-authority"]);
    const cert = bytes(user["client-certificate-data"], user["client-certificate"]);
    const key = bytes(user["client-key-data"], user["client-key"]);
    const token = await tokenOf(user);
    return new Cluster(
      cluster.server,
      {
        ...(ca === undefined ? {} : { ca }),
        ...(cert === undefined ? {} : { cert }),
        ...(key === undefined ? {} : { key }),
      },
      token === undefined ? undefined : `Bearer ${token}`,
    );
  }

  async list<T>(route: string): Promise<T[]> {
    return (JSON.parse(await this.get(route)) as { items?: T[] }).items ?? [];
  }

  /** The body of an answer. @throws ClusterProblem when the API server does not answer with success */
  get(route: string): Promise<string> {
    return new Promise((done, fail) => {
      const url = new URL(this.server.replace(/\/$/, "") + route);
      const request = (url.protocol === "http:" ? http : https).request(
        url,
        {
          ...this.tls,
          timeout: TIMEOUT,
          headers: {
            accept: "application/json, text/plain",
            ...(this.authorization === undefined ? {} : { authorization: this.authorization }),
          },
        },
        (answer) => {
          let body = "";
          answer.setEncoding("utf8");
          answer.on("data", (text: string) => {
            body += text;
          });
          answer.on("end", () =>
            (answer.statusCode ?? 500) < 300
              ? done(body)
              : fail(new ClusterProblem(`${this.server} answers ${answer.statusCode} to ${url.pathname}.`)),
          );
        },
      );
      request.on("timeout", () => request.destroy(new Error(`no answer within ${TIMEOUT / 1000} s`)));
      request.on("error", (problem) =>
        fail(
          new ClusterProblem(
            `${this.server} cannot be reached: ${problem.message || (problem as NodeJS.ErrnoException).code}.`,
          ),
        ),
      );
      request.end();
    });
  }
}

/** A token as it stands, from a file, or from the program the kubeconfig names (EKS: `aws eks get-token`). */
async function tokenOf(user: Readonly<Record<string, unknown>>): Promise<string | undefined> {
  if (typeof user.token === "string") return user.token;
  if (typeof user.tokenFile === "string") return readFileSync(user.tokenFile, "utf8").trim();
  const exec = user.exec as ExecCredential | undefined;
  if (exec === undefined) return undefined;
  const extra = Object.fromEntries((exec.env ?? []).map(({ name, value }) => [name, value]));
  try {
    const { stdout } = await promisify(execFile)(exec.command, [...(exec.args ?? [])], {
      env: { ...process.env, ...extra },
      timeout: 30_000,
    });
    return (JSON.parse(stdout) as { status?: { token?: string } }).status?.token;
  } catch (problem) {
    const said = String((problem as { stderr?: string }).stderr ?? "").trim();
    throw new ClusterProblem(
      `${exec.command} gives no token for the cluster: ${said.split("\n").at(-1) || (problem as Error).message}. Log in to the cloud first.`,
    );
  }
}
