import type { Collection, Persistence } from "../ports";
import { plain, Secret, type Values } from "../provider/values";
import { decode, encode } from "../provider/wire";
import type { Resource } from "./kind";

/** What exists in the account. */
export interface Resources {
  get(token: string, id: string): Resource | undefined;
  put(resource: Resource): void;
  remove(token: string, id: string): void;
  /** All of the given types, or all. */
  all(...tokens: readonly string[]): Resource[];
  find(token: string, holds: (resource: Resource) => boolean): Resource | undefined;
}

/** On disk every property bag is sealed as a whole: many a recorded property may be derived from a secret. */
interface Document extends Omit<Resource, "inputs" | "outputs"> {
  readonly sealed: string;
}

export function openResources(persistence: Persistence): Resources {
  const collection: Collection<Document> = persistence.collection("resources");
  const resources = new Map<string, Resource>();
  for (const [key, { sealed, ...rest }] of collection.entries()) {
    const { inputs, outputs } = JSON.parse(persistence.open(sealed)) as { inputs: unknown; outputs: unknown };
    resources.set(key, { ...rest, inputs: decode(inputs) as Values, outputs: decode(outputs) as Values });
  }
  const keyOf = (token: string, id: string): string => `${token}|${id}`;
  return {
    get: (token, id) => resources.get(keyOf(token, id)),
    put(resource) {
      const { inputs, outputs, ...rest } = resource;
      const key = keyOf(resource.token, resource.id);
      resources.set(key, resource);
      const sealed = persistence.seal(JSON.stringify({ inputs: encode(inputs), outputs: encode(outputs) }));
      collection.set(key, { ...rest, sealed });
    },
    remove(token, id) {
      resources.delete(keyOf(token, id));
      collection.delete(keyOf(token, id));
    },
    all: (...tokens) =>
      [...resources.values()].filter(({ token }) => tokens.length === 0 || tokens.includes(token)),
    find: (token, holds) => [...resources.values()].find((one) => one.token === token && holds(one)),
  };
}

/** A property as text, without its secret mark; empty when absent. */
export function text(values: Values, property: string): string {
  const value = values[property];
  if (value === undefined || value === null) return "";
  const open = value instanceof Secret ? plain(value) : value;
  return typeof open === "object" ? JSON.stringify(open) : String(open);
}
