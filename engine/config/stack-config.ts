import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Document, isMap, parseDocument } from "yaml";
import { writeAtomically } from "../backend/files";
import { UserError } from "../errors";
import type { Crypter } from "../secrets/passphrase";
import { getPath, parseConfigPath, removePath, setPath } from "./config-path";
import type { ConfigValue } from "./config-value";
import type { Project } from "./project";

/** What a program is given: text, JSON for objects; `secret` when any part is encrypted. */
export interface PlainConfig {
  value: string;
  secret: boolean;
  object: boolean;
}

/** Values keep the order of the file; keys are written `namespace:name`. */
export type ConfigMap = Map<string, ConfigValue>;

const isObject = (value: ConfigValue | undefined): value is { [key: string]: ConfigValue } =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export const isSecure = (value: ConfigValue | undefined): value is { secure: string } =>
  isObject(value) && typeof value.secure === "string" && Object.keys(value).length === 1;

export function hasSecure(value: ConfigValue | undefined): boolean {
  if (isSecure(value)) return true;
  if (Array.isArray(value)) return value.some(hasSecure);
  return isObject(value) && Object.values(value).some(hasSecure);
}

/** `name` or `namespace:name` in full; `a:config:b` is the old spelling of `a:b`. */
export function fullKey(key: string, project: string): string {
  const parts = key.split(":");
  if (parts.length === 3 && parts[1] === "config") return `${parts[0]}:${parts[2]}`;
  if (parts.length > 2)
    throw new UserError(
      `could not parse ${key} as a configuration key (configuration keys should be of the form \`<namespace>:<name>\`)`,
    );
  return parts.length === 2 ? key : `${project}:${key}`;
}

export function decryptConfig(value: ConfigValue, crypter: () => Crypter): ConfigValue {
  if (isSecure(value)) return crypter().decrypt(value.secure);
  if (Array.isArray(value)) return value.map((item) => decryptConfig(item, crypter));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, decryptConfig(item, crypter)]));
}

/** `show` leaves secrets out as "[secret]" when it is false. */
export function plainConfig(value: ConfigValue, crypter: () => Crypter, show = true): PlainConfig {
  const secret = hasSecure(value);
  const object = !isSecure(value) && typeof value === "object" && value !== null;
  if (secret && !show) return { value: "[secret]", secret, object };
  const plain = decryptConfig(value, crypter);
  return { value: object ? JSON.stringify(sortKeys(plain)) : String(plain ?? ""), secret, object };
}

export function sortKeys(value: ConfigValue): ConfigValue {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (!isObject(value)) return value;
  const keys = Object.keys(value).sort();
  return Object.fromEntries(keys.map((key) => [key, sortKeys(value[key] as ConfigValue)]));
}

/** The file `Pulumi.<stack>.yaml`; comments and order survive changes. */
export class StackConfig {
  private constructor(
    readonly file: string,
    private readonly document: Document,
    private readonly project: string,
  ) {}

  static fileOf(project: Project, stack: string, override: string | undefined): string {
    if (override) return override;
    const folder = project.stackConfigDir ? join(project.root, project.stackConfigDir) : project.root;
    return join(folder, `Pulumi.${stack}.yaml`);
  }

  /** @throws UserError when the file is no valid YAML */
  static load(file: string, project: string): StackConfig {
    const text = existsSync(file) ? readFileSync(file, "utf8") : "";
    const document = parseDocument(text);
    const problem = document.errors[0];
    if (problem) throw new UserError(`could not parse ${file}: ${problem.message}`);
    if (document.contents !== null && !isMap(document.contents))
      throw new UserError(`could not parse ${file}: the file must be a map`);
    return new StackConfig(file, document, project);
  }

  get salt(): string | undefined {
    const salt = this.document.get("encryptionsalt");
    return typeof salt === "string" ? salt : undefined;
  }
  set salt(salt: string) {
    this.ensureMap();
    this.document.set("encryptionsalt", salt);
  }
  /** A secrets provider other than the passphrase, when one is named. */
  get secretsProvider(): string | undefined {
    const provider = this.document.get("secretsprovider");
    return typeof provider === "string" ? provider : undefined;
  }

  values(): ConfigMap {
    const config = (this.document.toJS() as { config?: Record<string, ConfigValue> } | null)?.config ?? {};
    return new Map(Object.entries(config).map(([key, value]) => [fullKey(key, this.project), value]));
  }

  get(key: string, path: boolean): ConfigValue | undefined {
    if (!path) return this.values().get(fullKey(key, this.project));
    const [head, ...rest] = parseConfigPath(key);
    return getPath(this.values().get(fullKey(String(head), this.project)), rest);
  }

  set(key: string, value: ConfigValue, path: boolean): void {
    this.ensureMap();
    const [head, ...rest] = path ? parseConfigPath(key) : [key];
    const full = fullKey(String(head), this.project);
    const next = rest.length ? setPath(this.values().get(full), rest, value, key) : value;
    this.document.setIn(["config", this.written(full)], this.document.createNode(next));
  }

  remove(key: string, path: boolean): void {
    const [head, ...rest] = path ? parseConfigPath(key) : [key];
    const full = fullKey(String(head), this.project);
    if (rest.length === 0) {
      this.document.deleteIn(["config", this.written(full)]);
      if (this.values().size === 0) this.document.delete("config");
      return;
    }
    const current = this.values().get(full);
    if (current === undefined) return;
    this.document.setIn(["config", this.written(full)], this.document.createNode(removePath(current, rest)));
  }

  save(): void {
    writeAtomically(
      this.file,
      this.document.contents === null
        ? ""
        : this.document.toString({ lineWidth: 0, flowCollectionPadding: false }),
    );
  }

  private ensureMap(): void {
    if (this.document.contents === null) this.document.contents = this.document.createNode({}) as never;
  }

  /** The spelling of the key in the file, or the full one. */
  private written(full: string): string {
    const config = this.document.get("config");
    if (isMap(config))
      for (const item of config.items) {
        const key = String(item.key);
        if (fullKey(key, this.project) === full) return key;
      }
    return full;
  }
}
