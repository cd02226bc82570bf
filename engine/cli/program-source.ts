import type { ChildProcess } from "node:child_process";
import type { Project } from "../config/project";
import type { PlainConfig } from "../config/stack-config";
import type { Deployment } from "../deploy/deployment";
import type { SourceEvent } from "../deploy/events";
import type { Source } from "../deploy/executor";
import type { EventEmitter } from "../display/observer";
import { Bail } from "../errors";
import type { Children } from "../host/process";
import { runInlineProgram, runProgram } from "../host/program";
import { Monitor } from "../monitor/monitor";
import { Session } from "../monitor/session";
import { rootStackUrn } from "../resource/urn";

/** What of an operation's options decides about its program. */
export interface ProgramOptions {
  kind: "update" | "refresh" | "destroy";
  runProgram: boolean;
  /** Address of the process that holds the program (Automation API). */
  client: string | undefined;
}

export const runsProgram = ({ kind, runProgram }: ProgramOptions): boolean => kind === "update" || runProgram;

export interface ProgramSetting {
  options: ProgramOptions;
  project: Project;
  /** Where the program runs. */
  directory: string;
  deployment: Deployment;
  config: ReadonlyMap<string, PlainConfig>;
  emitter: EventEmitter;
  engineAddress: string;
  environment: NodeJS.ProcessEnv;
  /** The program's process, when it was started before all of this was known. */
  ahead: ChildProcess | undefined;
}

/** How long a program may take to end once nothing is asked of it any more, in milliseconds. */
const GRACE = 2000;

/** The program of the stack, as the source of an operation's registrations. */
export class ProgramSource implements Source {
  /** Settles when the program's process is gone. */
  ended: Promise<void> = Promise.resolve();
  private monitor: Monitor | undefined;
  private stopping = false;
  private finished = false;

  constructor(
    private readonly children: Children,
    private readonly setting: ProgramSetting,
  ) {}

  async run(emit: (event: SourceEvent) => void): Promise<void> {
    const { options, project, directory, deployment, config, emitter, engineAddress, environment, ahead } =
      this.setting;
    if (!runsProgram(options)) return;
    const session = new Session(deployment, emit, config, project.root, directory, emitter);
    const monitor = new Monitor(session);
    this.monitor = monitor;
    await monitor.listen();
    const context = session.context();
    const stackUrn = rootStackUrn(deployment.options.stack, project.name);
    await new Promise<void>((resolve, reject) => {
      monitor.onFinished = () => {
        this.finished = true;
        resolve();
      };
      session.onAbort = () => reject(new Bail());
      const output = {
        stdout: (line: string) => emitter.info(line, stackUrn),
        // Once its requests are refused a program only complains about that.
        stderr: (line: string) => {
          if (!this.stopping) emitter.infoError(line, stackUrn);
        },
      };
      const ended = options.client
        ? runInlineProgram(options.client, project, context, engineAddress)
        : runProgram(this.children, project, context, engineAddress, environment, output, ahead);
      this.ended = ended.then(
        () => resolve(),
        (error) => reject(error),
      );
    });
  }

  stop(): void {
    this.stopping = !this.finished;
    this.monitor?.shutdown();
  }

  /** Refuses everything that is open and waits a little for the process to end. */
  async shutdown(): Promise<void> {
    this.monitor?.shutdown();
    await Promise.race([this.ended, delay(GRACE)]);
  }

  close(): void {
    this.monitor?.close();
  }
}

const delay = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, milliseconds).unref();
  });
