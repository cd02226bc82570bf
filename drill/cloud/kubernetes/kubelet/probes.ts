import http from "node:http";
import https from "node:https";
import net from "node:net";
import { ended, spawnProgram } from "../../../process/leash";
import type { ContainerPort, Handler, IntOrString, Probe } from "../api/types/pod";

export interface Surroundings {
  readonly declared: readonly ContainerPort[];
  /** Real port of each container port. */
  readonly ports: ReadonlyMap<number, number>;
  readonly environment: Readonly<Record<string, string>>;
  readonly folder: string;
}

const QUICKEST = 100;
const SLOWDOWN = 1.4;

/**
 * Asks a container again and again. Until it first succeeds a probe asks more often than its period, as a kubelet may,
 * so that a pod is ready soon without a short period for the rest of its life.
 */
export class ProbeLoop {
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;
  #successes = 0;
  #failures = 0;
  #pause = QUICKEST;
  #succeeded = false;
  /** A kubelet connects anew each time; with a dozen questions a second that is what two cores feel most. */
  readonly #connections = new http.Agent({ keepAlive: true, maxSockets: 1 });

  constructor(
    private readonly probe: Probe,
    private readonly around: Surroundings,
    private readonly eager: boolean,
    private readonly tell: (healthy: boolean, reason: string) => void,
  ) {}

  start(): void {
    const first = (this.probe.initialDelaySeconds ?? 0) * 1000;
    this.#timer = setTimeout(() => void this.#ask(), Math.max(first, this.eager ? QUICKEST : 0));
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#connections.destroy();
  }

  async #ask(): Promise<void> {
    const timeout = (this.probe.timeoutSeconds ?? 1) * 1000;
    const problem = await runHandler(this.probe, this.around, timeout, this.#connections);
    if (this.#stopped) return;
    this.#count(problem);
    if (this.#stopped) return;
    this.#timer = setTimeout(() => void this.#ask(), this.#next());
  }

  #count(problem: string | undefined): void {
    if (problem === undefined) {
      this.#failures = 0;
      this.#successes += 1;
      if (this.#successes === (this.probe.successThreshold ?? 1)) {
        this.#succeeded = true;
        this.tell(true, "");
      }
      return;
    }
    this.#successes = 0;
    // Quick questions before the first success are extra and do not count as failures of their own.
    if (this.eager && !this.#succeeded && this.#pause < this.#period()) return;
    this.#failures += 1;
    if (this.#failures === (this.probe.failureThreshold ?? 3)) this.tell(false, problem);
  }

  #next(): number {
    if (!this.eager || this.#succeeded) return this.#period();
    this.#pause = Math.min(this.#pause * SLOWDOWN, this.#period());
    return this.#pause;
  }

  #period(): number {
    return (this.probe.periodSeconds ?? 10) * 1000;
  }
}

/**
 * Runs the action of a probe or hook once; the answer: what is wrong, or undefined. `connections` keeps those of HTTP
 * open for the next time.
 */
export async function runHandler(
  handler: Handler,
  around: Surroundings,
  timeout: number,
  connections: http.Agent | false = false,
): Promise<string | undefined> {
  if (handler.httpGet !== undefined) return httpGet(handler.httpGet, around, timeout, connections);
  if (handler.tcpSocket !== undefined) return tcpConnect(realPort(handler.tcpSocket.port, around), timeout);
  if (handler.grpc !== undefined) return tcpConnect(realPort(handler.grpc.port, around), timeout);
  if (handler.exec !== undefined) return execute(handler.exec.command ?? [], around, timeout);
  if (handler.sleep !== undefined) {
    await new Promise((done) => setTimeout(done, Math.min((handler.sleep?.seconds ?? 0) * 1000, timeout)));
  }
  return undefined;
}

function realPort(port: IntOrString, { declared, ports }: Surroundings): number {
  const number =
    typeof port === "number" ? port : (declared.find(({ name }) => name === port)?.containerPort ?? 0);
  return ports.get(number) ?? number;
}

function httpGet(
  action: NonNullable<Handler["httpGet"]>,
  around: Surroundings,
  timeout: number,
  connections: http.Agent | false,
): Promise<string | undefined> {
  const { path = "/", httpHeaders = [], scheme } = action;
  const headers = Object.fromEntries(httpHeaders.map(({ name, value }) => [name, value]));
  const port = realPort(action.port, around);
  const options = {
    host: "127.0.0.1",
    port,
    path,
    headers: { "user-agent": "kube-probe/1.34", ...headers },
    timeout,
  };
  return new Promise((done) => {
    const answer = (response: http.IncomingMessage): void => {
      response.resume();
      const code = response.statusCode ?? 0;
      done(code >= 200 && code < 400 ? undefined : `HTTP probe failed with statuscode: ${code}`);
    };
    const request =
      scheme === "HTTPS"
        ? https.get({ ...options, agent: false, rejectUnauthorized: false }, answer)
        : http.get({ ...options, agent: connections }, answer);
    let late = false;
    request.on("timeout", () => {
      late = true;
      request.destroy();
      done(`Get "${path}": no answer in ${timeout} ms`);
    });
    request.on("error", (problem) => {
      // The container closed the kept connection just before the question came; that says nothing about its health.
      if (request.reusedSocket && !late) done(httpGet(action, around, timeout, false));
      else done(`Get "${path}": ${problem.message}`);
    });
  });
}

function tcpConnect(port: number, timeout: number): Promise<string | undefined> {
  return new Promise((done) => {
    const socket = net.connect({ host: "127.0.0.1", port, timeout });
    const finish = (problem?: string) => (): void => {
      socket.destroy();
      done(problem);
    };
    socket.once("connect", finish());
    socket.once("timeout", finish(`dial tcp 127.0.0.1:${port}: i/o timeout`));
    socket.once("error", finish(`dial tcp 127.0.0.1:${port}: connection refused`));
  });
}

async function execute(
  command: readonly string[],
  around: Surroundings,
  timeout: number,
): Promise<string | undefined> {
  const [program = "true", ...args] = command;
  const child = spawnProgram(program, args, {
    env: { ...around.environment },
    cwd: around.folder,
    output: "ignore",
  });
  const timer = setTimeout(() => child.kill("SIGTERM"), timeout);
  const code = await ended(child).catch(() => 127);
  clearTimeout(timer);
  return code === 0 ? undefined : `command ${JSON.stringify(command.join(" "))} ended with ${code}`;
}
