import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";

/** One image a release names: where its reference stands in the manifest, and the program it is made of. */
export interface ImageSource {
  readonly release: string;
  /** Path of the reference in the manifest. */
  readonly place: readonly [group: "images" | "tools", name: string];
  readonly repository: string;
  readonly digest: string;
  /** Program, relative to the repository. */
  readonly entry: string;
}

/** What each image of a release is made of. Modules come from drill/shop, tools from the folder of their name. */
export function imageSources(root: string, release: string): ImageSource[] {
  const manifest = parse(readFileSync(manifestFile(root, release), "utf8")) as Record<
    "images" | "tools",
    Record<string, { reference: string }>
  >;
  return (["images", "tools"] as const).flatMap((group) =>
    Object.entries(manifest[group]).map(([name, { reference }]) => {
      const [repository = "", digest = ""] = reference.split("@sha256:");
      const entry = group === "tools" ? `${name}/main.ts` : moduleProgram(root, release, name);
      if (!existsSync(path.join(root, entry))) {
        throw new Error(
          `${manifestFile(root, release)}: ${group}.${name}: no program at ${entry}. Add it or remove the image.`,
        );
      }
      return { release, place: [group, name] as const, repository, digest, entry };
    }),
  );
}

export const manifestFile = (root: string, release: string): string =>
  path.join(root, "releases", release, "manifest.yaml");

/** A module that a release does not change keeps the program of the newest release before it. */
function moduleProgram(root: string, release: string, name: string): string {
  const order = (a: string, b: string): number => a.localeCompare(b, "en", { numeric: true });
  const program = (version: string): string => `drill/shop/${version}/${name}/main.ts`;
  const candidates = readdirSync(path.join(root, "drill", "shop"))
    .filter((version) => /^\d+\.\d+\.\d+$/.test(version) && order(version, release) <= 0)
    .sort(order);
  return program(candidates.findLast((version) => existsSync(path.join(root, program(version)))) ?? release);
}
