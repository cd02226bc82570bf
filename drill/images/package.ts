import { createPrivateKey, sign } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseDocument } from "yaml";
import { knownReleases } from "../../releases/load";
import { type Bundle, bundleAll } from "./bundle";
import { type ImageSource, imageSources, manifestFile } from "./sources";

/** The reference shop is published with a key that anybody may see: it proves the mechanism, not a publisher. */
const SIGNING_KEY = path.join(__dirname, "reference-shop.key.pem");

export interface Packaged extends ImageSource {
  readonly built: Bundle;
}

/** Bundles every image of the given releases; the same program is bundled once. */
export async function packageReleases(
  root: string,
  releases = knownReleases(path.join(root, "releases")),
): Promise<Packaged[]> {
  const sources = releases.flatMap((release) => imageSources(root, release));
  const bundles = await bundleAll(root, [...new Set(sources.map(({ entry }) => entry))]);
  return sources.map((source) => ({ ...source, built: bundles.get(source.entry) as Bundle }));
}

/** Puts the programs where the drill cloud pulls images from: `<directory>/<repository>/<digest>.cjs`. */
export function publish(packaged: readonly Packaged[], directory: string): void {
  for (const { repository, built } of packaged) {
    const file = path.join(directory, repository, `${built.digest}.cjs`);
    mkdirSync(path.dirname(file), { recursive: true });
    // Renamed into place: a run that is killed here leaves no half image.
    writeFileSync(`${file}.${process.pid}`, built.contents);
    renameSync(`${file}.${process.pid}`, file);
  }
}

/** Writes digests into the manifests and signs them. Returns the releases whose manifest changed. */
export function stamp(root: string, packaged: readonly Packaged[]): string[] {
  const changed: string[] = [];
  for (const release of new Set(packaged.map((one) => one.release))) {
    const file = manifestFile(root, release);
    const before = readFileSync(file, "utf8");
    const document = parseDocument(before);
    for (const one of packaged.filter((candidate) => candidate.release === release)) {
      document.setIn([...one.place, "reference"], `${one.repository}@sha256:${one.built.digest}`);
    }
    const after = document.toString({ lineWidth: 0, flowCollectionPadding: false });
    const signature = `${sign(null, Buffer.from(after), createPrivateKey(readFileSync(SIGNING_KEY, "utf8"))).toString("base64")}\n`;
    if (after !== before) changed.push(release);
    writeFileSync(file, after);
    writeFileSync(path.join(path.dirname(file), "manifest.sig"), signature);
  }
  return changed;
}

/** Images whose program is not the one the manifest names. */
export const altered = (packaged: readonly Packaged[]): Packaged[] =>
  packaged.filter((one) => one.built.digest !== one.digest);
