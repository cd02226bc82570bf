import type { Observation } from "../stack/events";

const SIGNS: Readonly<Record<string, string>> = {
  create: "+",
  update: "~",
  delete: "-",
  replace: "±",
  "create-replacement": "±",
  "delete-replaced": "∓",
  refresh: "↻",
  import: "=",
};
/** Steps shorter than this are shown only when they end. */
const SLOW_SECONDS = 1.5;

/** Prints an update for a person: one line a change when it ends, long ones also when they begin. */
export class Console {
  private readonly waiting = new Map<string, NodeJS.Timeout>();

  constructor(private readonly write: (line: string) => void = (line) => process.stdout.write(`${line}\n`)) {}

  readonly line = (text: string): void => this.write(text);

  readonly observe = (observation: Observation): void => {
    if (observation.kind === "message") {
      if (observation.severity !== "info")
        this.write(indent(observation.severity === "error" ? "!" : "?", observation.text));
      return;
    }
    if (observation.kind === "violation") {
      this.write(indent(observation.mandatory ? "✗" : "?", `${observation.policy}: ${observation.text}`));
      return;
    }
    const what = `${SIGNS[observation.operation] ?? observation.operation} ${kindOf(observation.type)} ${observation.name}`;
    const key = `${observation.operation} ${observation.type} ${observation.name}`;
    if (observation.kind === "begin") {
      const timer = setTimeout(() => this.write(`    ${what} …`), SLOW_SECONDS * 1000);
      timer.unref();
      this.waiting.set(key, timer);
      return;
    }
    clearTimeout(this.waiting.get(key));
    this.waiting.delete(key);
    const took = observation.seconds >= SLOW_SECONDS ? `  ${observation.seconds.toFixed(1)} s` : "";
    this.write(`    ${what}${observation.kind === "failed" ? "  FAILED" : ""}${took}`);
  };
}

const kindOf = (type: string): string => type.split(":").at(-1) ?? type;

const indent = (sign: string, text: string): string =>
  text
    .split("\n")
    .map((line, index) => `    ${index === 0 ? sign : " "} ${line}`)
    .join("\n");
