import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { parse } from "yaml";
import { UserError } from "../errors";

/** Declaration of a configuration key in Pulumi.yaml. */
export interface ConfigDeclaration {
  type?: string;
  items?: ConfigDeclaration;
  secret?: boolean;
  default?: unknown;
  value?: unknown;
}

export interface Project {
  name: string;
  /** Folder of Pulumi.yaml. */
  root: string;
  runtime: string;
  runtimeOptions: Record<string, unknown>;
  main: string | undefined;
  description: string | undefined;
  config: Record<string, ConfigDeclaration>;
  stackConfigDir: string | undefined;
  backendUrl: string | undefined;
  /** `options.refresh: always`. */
  refreshAlways: boolean;
}

const NAMES = ["Pulumi.yaml", "Pulumi.yml", "Pulumi.json"];

/** Looks for the project file from `from` upwards. */
export function findProjectFile(from: string): string | undefined {
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    for (const name of NAMES) {
      const file = join(folder, name);
      if (existsSync(file) && statSync(file).isFile()) return file;
    }
    if (dirname(folder) === folder) return undefined;
  }
}

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** @throws UserError naming the file and what is wrong with it */
export function loadProject(from: string): Project {
  const file = findProjectFile(from);
  if (!file)
    throw new UserError(
      `no Pulumi.yaml project file found (searching upwards from ${resolve(from)}). If you have not created a ` +
        "project yet, use `pulumi new` to do so",
    );
  let content: unknown;
  try {
    content = parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new UserError(`could not parse ${file}: ${(error as Error).message}`);
  }
  if (!isMap(content)) throw new UserError(`${file}: the project file must be a map`);
  const text = (key: string): string | undefined =>
    typeof content[key] === "string" ? content[key] : undefined;
  const name = text("name");
  if (!name) throw new UserError(`could not validate '${file}': project is missing a 'name' attribute`);
  const rawRuntime = content.runtime;
  const runtime = isMap(rawRuntime) ? rawRuntime.name : rawRuntime;
  if (typeof runtime !== "string")
    throw new UserError(`could not validate '${file}': project is missing a 'runtime' attribute`);
  const options = isMap(rawRuntime) && isMap(rawRuntime.options) ? rawRuntime.options : {};
  const config = isMap(content.config) ? content.config : {};
  const stackConfigDir =
    text("stackConfigDir") ?? (typeof content.config === "string" ? content.config : undefined);
  return {
    name,
    root: dirname(file),
    runtime,
    runtimeOptions: options,
    main: text("main"),
    description: text("description"),
    config: Object.fromEntries(
      Object.entries(config).map(([key, value]) => [key, declaration(value, key, file)]),
    ),
    stackConfigDir,
    backendUrl:
      isMap(content.backend) && typeof content.backend.url === "string" ? content.backend.url : undefined,
    refreshAlways: isMap(content.options) && content.options.refresh === "always",
  };
}

function declaration(value: unknown, key: string, file: string): ConfigDeclaration {
  const keys = ["type", "items", "description", "secret", "default", "value"];
  if (!isMap(value) || !Object.keys(value).some((name) => keys.includes(name))) return { value };
  if (value.default !== undefined && value.value !== undefined)
    throw new UserError(
      `could not validate '${file}': project config '${key}' cannot have both a 'default' and 'value' attribute`,
    );
  const type = typeof value.type === "string" ? value.type : undefined;
  return {
    ...(type !== undefined && { type }),
    ...(isMap(value.items) && { items: declaration({ type: "string", ...value.items }, key, file) }),
    ...(value.secret === true && { secret: true }),
    ...(value.default !== undefined && { default: value.default }),
    ...(value.value !== undefined && { value: value.value }),
  };
}
