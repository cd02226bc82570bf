import type { KubernetesObject } from "./types/meta";

/** Where objects outlive the process. Values are JSON texts; calls come in order and are not awaited. */
export interface Persistence {
  load(): Iterable<readonly [key: string, value: string]>;
  save(key: string, value: string): void;
  remove(key: string): void;
}

export interface StoreEvent {
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  readonly object: KubernetesObject;
  readonly previous: KubernetesObject | undefined;
}

/** Objects by key, with a version that grows with every write, and listeners that hear of each one. */
export class Store {
  readonly #objects = new Map<string, KubernetesObject>();
  readonly #listeners = new Set<(event: StoreEvent) => void>();
  readonly #persistence: Persistence | undefined;
  #version = 0;

  constructor(persistence?: Persistence) {
    this.#persistence = persistence;
    for (const [key, value] of persistence?.load() ?? []) {
      const object = JSON.parse(value) as KubernetesObject;
      this.#objects.set(key, object);
      this.#version = Math.max(this.#version, Number(object.metadata.resourceVersion ?? 0));
    }
  }

  get version(): string {
    return String(this.#version);
  }

  get(key: string): KubernetesObject | undefined {
    return this.#objects.get(key);
  }

  keys(): string[] {
    return [...this.#objects.keys()];
  }

  all(): IterableIterator<KubernetesObject> {
    return this.#objects.values();
  }

  /** Keeps the object under a new version, which is written into it. */
  put(key: string, object: KubernetesObject): void {
    const previous = this.#objects.get(key);
    this.#version += 1;
    object.metadata.resourceVersion = String(this.#version);
    this.#objects.set(key, object);
    this.#persistence?.save(key, JSON.stringify(object));
    this.#tell({ type: previous === undefined ? "ADDED" : "MODIFIED", object, previous });
  }

  remove(key: string): void {
    const previous = this.#objects.get(key);
    if (previous === undefined) return;
    this.#version += 1;
    this.#objects.delete(key);
    this.#persistence?.remove(key);
    const object = {
      ...previous,
      metadata: { ...previous.metadata, resourceVersion: String(this.#version) },
    };
    this.#tell({ type: "DELETED", object, previous });
  }

  /** Listeners are called at once and in order; they must not write. */
  listen(listener: (event: StoreEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #tell(event: StoreEvent): void {
    for (const listener of [...this.#listeners]) listener(event);
  }
}
