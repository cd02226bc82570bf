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
 * Bundles a program with all it imports into one CommonJS file.
 *
 * The same sources and the same lockfile give the same bytes on every machine: paths in the output are relative to
 * the repository, and nothing of the environment enters.
 */
export async function bundle(root: string, entry: string): Promise<Bundle> {
  const result = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    bundle: true,
    write: false,
    platform: "node",
    target: "node20",
    format: "cjs",
    legalComments: "none",
    external: ["pg-native"],
    logLevel: "silent",
    outfile: path.join(root, "program.cjs"),
  });
  const contents = result.outputFiles[0]?.contents ?? new Uint8Array();
  return { contents, digest: createHash("sha256").update(contents).digest("hex") };
}
