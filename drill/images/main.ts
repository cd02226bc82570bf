import path from "node:path";
import { altered, packageReleases, stamp } from "./package";

/** `npm run package`: bundles the programs, writes their digests into the manifests, signs. With --check only compares. */
async function main(args: readonly string[]): Promise<number> {
  const root = path.join(__dirname, "..", "..");
  const packaged = await packageReleases(root);
  if (args.includes("--check")) {
    const differing = altered(packaged);
    for (const one of differing) {
      console.error(
        `releases/${one.release}/manifest.yaml: ${one.place.join(".")}: names ${one.digest.slice(0, 12)}, the program is ${one.built.digest.slice(0, 12)}. Run npm run package.`,
      );
    }
    return differing.length === 0 ? 0 : 1;
  }
  const changed = stamp(root, packaged);
  console.log(
    changed.length === 0
      ? "All manifests name the programs as they are."
      : `Stamped and signed: ${changed.join(", ")}`,
  );
  return 0;
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (problem: unknown) => {
    console.error(problem instanceof Error ? problem.message : String(problem));
    process.exitCode = 1;
  },
);
