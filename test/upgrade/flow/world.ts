import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
// Commands load parts of themselves by require when they need them.
import "tsx/cjs";
import { stringify } from "yaml";
import type { Context } from "../../../upgrade/commands/context";
import { Refusal } from "../../../upgrade/refusal";
import { readDial } from "../../../upgrade/stack/dial";
import type { Outcome, StackOperations } from "../../../upgrade/stack/operations";
import type { Project } from "../../../upgrade/stack/project";
import { minimal } from "../../infra/samples";

/** What is wrong with the next release, once customers are on it. */
export interface Trouble {
  readonly errors?: boolean;
  readonly slow?: boolean;
  readonly pods?: boolean;
  readonly queues?: boolean;
  readonly alarms?: boolean;
  readonly customer?: boolean;
  readonly comparison?: boolean;
}

const [CURRENT, NEXT] = ["3.2.0", "4.0.0"];
const ROOT = path.resolve(__dirname, "..", "..", "..");

const NOT_BEGUN: Outcome = {
  begun: false,
  succeeded: false,
  seconds: 0,
  changes: {},
  problems: [],
  steps: [],
  outputs: {},
};

/** Everything the layers are read from, as servers of this process, and a stack whose updates only turn the weights. */
export class FakeWorld {
  readonly lines: string[] = [];
  /** Turns of the dial in their order, such as `live 10`. */
  readonly turns: string[] = [];
  readonly messages: string[] = [];
  readonly project: Project;
  readonly json: string;
  private readonly folder = mkdtempSync(path.join(os.tmpdir(), "order-upgrade-run-"));
  private readonly servers: http.Server[] = [];
  private readonly environment = { ...process.env };
  private outputs: Record<string, unknown> = {};
  /** Jobs that an update which failed or was killed has run. */
  ranSince: readonly string[] = [];
  /** Jobs that the state holds. */
  jobs: readonly string[] = [];
  passphrase: "right" | "wrong" = "right";
  /** What the evidence blocks of the outputs say. */
  steps: Readonly<Record<string, unknown>> = {};
  /** Fails the update to this phase. */
  failing: string | undefined;
  private digests: Record<string, string> = { "dev/4.0.0/1/verify.json": "sha256:a" };

  private constructor(
    private readonly trouble: Trouble,
    parameters: Readonly<Record<string, unknown>>,
  ) {
    this.json = path.join(this.folder, "result.json");
    this.project = {
      root: ROOT,
      name: "order-upgrade",
      stack: "dev",
      configFile: path.join(this.folder, "Pulumi.dev.yaml"),
    };
    this.write(parameters);
  }

  static async start(
    trouble: Trouble,
    parameters: Readonly<Record<string, unknown>> = {},
  ): Promise<FakeWorld> {
    const world = new FakeWorld(trouble, parameters);
    await world.serve();
    return world;
  }

  get context(): Context {
    return {
      project: this.project,
      engine: { kind: "offline", version: "0", command: undefined as never },
      operations: {
        outputs: async () => ({ ...this.outputs, steps: this.steps }),
        checkPassphrase: async () => {
          this.turns.push("passphrase checked");
          if (this.passphrase === "wrong") throw new Refusal("incorrect passphrase");
        },
        update: async (message: string) => this.update(message),
        jobsSinceCompleted: async () => new Set(this.ranSince),
        hasJob: async (name: string) => this.jobs.includes(name),
      } as unknown as StackOperations,
      console: {
        line: (text: string) => void this.lines.push(text),
        observe: () => undefined,
      } as unknown as Context["console"],
      json: this.json,
      afterCrash: false,
    };
  }

  stop(): void {
    process.env = this.environment;
    for (const server of this.servers) {
      server.closeAllConnections();
      server.close();
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Somebody alters a document behind everybody's back. */
  tamper(): void {
    this.digests = { "dev/4.0.0/1/verify.json": "sha256:b" };
  }

  private update(message: string): Outcome {
    const { phase, weight } = readDial(this.project);
    if (this.passphrase === "wrong") return { ...NOT_BEGUN, problems: ["error: incorrect passphrase"] };
    this.turns.push(phase === "live" ? `live ${weight}` : phase);
    this.messages.push(message);
    const succeeded = this.failing !== phase;
    if (succeeded) this.settle(phase, weight);
    return {
      begun: true,
      succeeded,
      seconds: 1,
      changes: { update: 1 },
      problems: succeeded ? [] : ["Job verify failed"],
      steps: [],
      outputs: succeeded ? this.outputs : {},
    };
  }

  private settle(phase: string, weight: number): void {
    const share = phase === "live" ? weight : 0;
    this.outputs = {
      phase,
      weights: { [CURRENT]: 100 - share, [NEXT]: share },
      evidence: { bucket: "evidence" },
      documents: this.digests,
    };
  }

  private write(changes: Readonly<Record<string, unknown>>): void {
    const parameters: Record<string, unknown> = {
      ...minimal(),
      phase: "staged",
      release: { current: CURRENT, next: NEXT },
      ...changes,
    };
    const config = Object.fromEntries(
      Object.entries(parameters).map(([key, value]) => [`order-upgrade:${key}`, value]),
    );
    writeFileSync(
      this.project.configFile,
      stringify({ config: { "aws:region": "eu-central-1", ...config } }),
    );
    this.settle(String(parameters.phase), 100);
  }

  private async serve(): Promise<void> {
    const [shop, cluster, storage, cloudwatch] = await Promise.all([
      this.listen((_request, response) => this.answerCustomer(response)),
      this.listen((request, response) => response.end(this.clusterAnswer(request.url ?? ""))),
      this.listen((request, response) => response.end(this.storageAnswer(request.url ?? ""))),
      this.listen((_request, response) => response.end(JSON.stringify({ MetricAlarms: this.alarms() }))),
    ]);
    const kubeconfig = path.join(this.folder, "kubeconfig");
    mkdirSync(this.folder, { recursive: true });
    writeFileSync(
      kubeconfig,
      stringify({
        "current-context": "c",
        contexts: [{ name: "c", context: { cluster: "c", user: "u" } }],
        clusters: [{ name: "c", cluster: { server: cluster } }],
        users: [],
      }),
    );
    process.env = {
      ...this.environment,
      KUBECONFIG: kubeconfig,
      AWS_ACCESS_KEY_ID: "k",
      AWS_SECRET_ACCESS_KEY: "s",
      AWS_ENDPOINT_URL_S3: storage,
      AWS_ENDPOINT_URL_CLOUDWATCH: cloudwatch,
    };
    const { turnDial } = await import("../../../upgrade/stack/dial.js");
    turnDial(this.project, { "edge.publicUrl": shop, "gates.requests": 20 });
  }

  private async listen(answer: http.RequestListener): Promise<string> {
    const server = http.createServer(answer);
    this.servers.push(server);
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  private asked = 0;

  private answerCustomer(response: http.ServerResponse): void {
    const { [NEXT]: share = 0 } = (this.outputs.weights ?? {}) as Record<string, number>;
    this.asked += 1;
    const next = (this.asked * 37) % 100 < share;
    const broken = next && this.trouble.errors === true && this.asked % 2 === 0;
    response.writeHead(broken ? 500 : 200, { "x-release": next ? NEXT : CURRENT });
    // Slow beyond the floor and the tolerance, whatever else this machine does.
    setTimeout(() => response.end("ok"), next && this.trouble.slow === true ? 150 : 1);
  }

  private clusterAnswer(url: string): string {
    if (url.includes("/proxy/"))
      return `shop_worker_items_total{task="payments",outcome="failed"} ${this.trouble.queues === true ? 2 : 0}\n`;
    if (url.includes("/deployments"))
      return JSON.stringify({
        items: [
          {
            metadata: { name: "orders-4-0-0" },
            spec: { replicas: 2 },
            status: { readyReplicas: this.trouble.pods === true ? 1 : 2 },
          },
        ],
      });
    return JSON.stringify({
      items: [
        {
          metadata: { name: "worker" },
          spec: { containers: [{ ports: [{ containerPort: 8080 }] }] },
          status: { phase: "Running" },
        },
      ],
    });
  }

  private storageAnswer(url: string): string {
    const now = new Date().toISOString();
    if (url.includes("list-type"))
      return `<?xml version="1.0"?><ListBucketResult>${["baseline", "verify"].map((step) => `<Contents><Key>dev/4.0.0/1/${step}.json</Key><LastModified>${now}</LastModified></Contents>`).join("")}</ListBucketResult>`;
    const step = url.includes("baseline") ? "baseline" : "verify";
    return JSON.stringify({
      step,
      release: NEXT,
      verdict: step === "verify" && this.trouble.comparison === true ? "failed" : "passed",
      finishedAt: now,
      summary: step,
      figures: { responseTimes: { page: { path: "/", failed: 0, samples: Array(30).fill(5) } } },
    });
  }

  private alarms(): object[] {
    const state = (bad: boolean | undefined): string => (bad === true ? "ALARM" : "OK");
    return [
      { AlarmName: "orders-dev-errors", StateValue: state(this.trouble.alarms) },
      { AlarmName: "orders-dev-customer-page", StateValue: state(this.trouble.customer) },
    ];
  }
}
