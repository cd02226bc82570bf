import { nameOf, ROOT_STACK_TYPE, typeOf } from "../resource/urn";
import type { EngineEvent, StepMetadata } from "./events";
import { type DisplayOptions, PlainDisplay } from "./plain";
import { symbolOf } from "./summary";

/** The part of a terminal that a live display needs. */
export interface Terminal {
  write(text: string): unknown;
  columns?: number;
  rows?: number;
}

interface Row {
  parent: string;
  op: string;
  status: string;
}

/** Milliseconds between two pictures: a busy update must not spend its time drawing. */
const PAUSE = 100;

/** A tree of what is worked on, drawn again in the same place while it changes; the rest is as on paper. */
export class LiveDisplay extends PlainDisplay {
  private readonly rows = new Map<string, Row>();
  /** Lines of the tree that are on the screen. */
  private drawn = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    options: DisplayOptions,
    write: (line: string) => void,
    private readonly terminal: Terminal,
  ) {
    super(options, write);
  }

  protected override row(metadata: StepMetadata, status: string): void {
    const parent = metadata.new?.parent ?? metadata.old?.parent ?? "";
    this.rows.set(metadata.urn, { parent, op: metadata.op, status });
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.draw(this.terminal.rows);
    }, PAUSE).unref();
  }

  /** Other lines go above the tree, which follows them. */
  protected override diagnostic(event: Extract<EngineEvent, { type: "diagnostic" }>): void {
    this.erase();
    super.diagnostic(event);
  }

  override finish(): void {
    clearTimeout(this.timer);
    // The last picture is a whole one, whatever the height of the screen.
    this.draw(undefined);
    this.drawn = 0;
    super.finish();
  }

  /** The tree as lines: children below their parents, in the order in which they came. */
  lines(): string[] {
    const children = new Map<string, string[]>();
    for (const [urn, { parent }] of this.rows) {
      const above = this.rows.has(parent) ? parent : "";
      children.set(above, [...(children.get(above) ?? []), urn]);
    }
    const lines: string[] = [];
    const add = (urn: string, indent: string, last: boolean, top: boolean): void => {
      const { op, status } = this.rows.get(urn) as Row;
      const branch = top ? "" : `${indent}${last ? "└─ " : "├─ "}`;
      const type = typeOf(urn) === ROOT_STACK_TYPE ? "pulumi:pulumi:Stack" : typeOf(urn);
      lines.push(` ${symbolOf(op).padEnd(2)} ${branch}${type}  ${nameOf(urn)}  ${status}`.trimEnd());
      const below = children.get(urn) ?? [];
      below.forEach((child, i) => {
        add(child, top ? "" : `${indent}${last ? "   " : "│  "}`, i === below.length - 1, false);
      });
    };
    for (const urn of children.get("") ?? []) add(urn, "", true, true);
    return lines;
  }

  /** `height`: rows of the screen; a tree that is higher shows its end. */
  private draw(height: number | undefined): void {
    this.erase();
    const width = this.terminal.columns ?? 80;
    const lines = height === undefined ? this.lines() : this.lines().slice(-Math.max(1, height - 2));
    for (const line of lines)
      this.terminal.write(`${line.length > width ? `${line.slice(0, width - 1)}…` : line}\n`);
    this.drawn = lines.length;
  }

  private erase(): void {
    if (this.drawn > 0) this.terminal.write(`\u001b[${this.drawn}A\u001b[0J`);
    this.drawn = 0;
  }
}
