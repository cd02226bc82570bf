import { createHash } from "node:crypto";
import path from "node:path";
import { build } from "esbuild";

/** A program as one file, and its digest: the image of the drill. */
export interface Bundle {
  readonly contents: Uint8Array;
  /** 64 hexadecimal digits: SHA-256 of the contents. */
  readonly digest: string;
}

/**
 * Bundles programs with all they import, each into one CommonJS file; what several import is read once.
 *
 * The same sources and the same lockfile give the same bytes on every machine: paths in the output are relative to
 * the repository, and nothing of the environment enters.
 */
export async function bundleAll(
  root: string,
  entries: readonly string[],
): Promise<ReadonlyMap<string, Bundle>> {
  const result = await build({
    absWorkingDir: root,
    entryPoints: entries.map((entry, index) => ({ in: entry, out: String(index) })),
    bundle: true,
    write: false,
    platform: "node",
    target: "node20",
    format: "cjs",
    legalComments: "none",
    external: ["pg-native"],
    logLevel: "silent",
    outdir: root,
  });
  const made = new Map(result.outputFiles.map((file) => [path.parse(file.path).name, file.contents]));
  return new Map(
    entries.map((entry, index) => {
      const contents = made.get(String(index)) ?? new Uint8Array();
      return [entry, { contents, digest: createHash("sha256").update(contents).digest("hex") }];
    }),
  );
}

/** The same for one program. */
export async function bundle(root: string, entry: string): Promise<Bundle> {
  return (await bundleAll(root, [entry])).get(entry) as Bundle;
}
