/** Values a flow has captured so far. */
export type Captured = Readonly<Record<string, unknown>>;

/** A template names something that was not captured. */
export class MissingCapture extends Error {
  constructor(readonly capture: string) {
    super(`nothing was captured as "${capture}"`);
    this.name = "MissingCapture";
  }
}

const PLACE = /\{\{\s*([A-Za-z][A-Za-z0-9_]*)\s*\}\}/g;
const WHOLE = /^\{\{\s*([A-Za-z][A-Za-z0-9_]*)\s*\}\}$/;

/** Fills `{{name}}` in a text. `encode` is applied to each value. Throws a MissingCapture. */
export function fillText(
  template: string,
  captured: Captured,
  encode: (value: string) => string = (value) => value,
): string {
  return template.replace(PLACE, (_match, name: string) => encode(String(captureOf(captured, name))));
}

/** Fills every text inside a JSON value. A text that is one template only becomes the value with its own type. */
export function fill(template: unknown, captured: Captured): unknown {
  if (typeof template === "string") {
    const name = WHOLE.exec(template)?.[1];
    return name === undefined ? fillText(template, captured) : captureOf(captured, name);
  }
  if (Array.isArray(template)) return template.map((one) => fill(one, captured));
  if (typeof template === "object" && template !== null)
    return Object.fromEntries(Object.entries(template).map(([key, value]) => [key, fill(value, captured)]));
  return template;
}

function captureOf(captured: Captured, name: string): unknown {
  const value = captured[name];
  if (value === undefined || value === null) throw new MissingCapture(name);
  return value;
}
